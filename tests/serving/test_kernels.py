import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tornado.web import HTTPError

from farmlab.serving.kernels import DashboardKernels


@pytest.fixture
def with_kernels():
    """Run a scenario with a manager that allows a single kernel, and end what it started."""

    def run(scenario):
        async def whole():
            kernels = DashboardKernels(most=1, cull_idle_timeout=600)
            try:
                await scenario(kernels)
            finally:
                await kernels.shutdown_all(now=True)

        asyncio.run(whole())

    return run


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_one_too_many_is_refused_while_somebody_looks_and_takes_over_when_nobody_does(with_kernels):
    async def scenario(kernels):
        first = await kernels.start_kernel()
        kernels.notify_connect(first)
        with pytest.raises(HTTPError, match="1 dashboards are open already") as refused:
            await kernels.start_kernel()
        assert refused.value.status_code == 503
        kernels.notify_disconnect(first)
        second = await kernels.start_kernel()
        assert kernels.list_kernel_ids() == [second]

    with_kernels(scenario)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_kernel_is_culled_ten_minutes_after_the_last_look_not_after_its_last_message(with_kernels):
    async def scenario(kernels):
        kernel = await kernels.start_kernel()
        kernels.notify_connect(kernel)
        kernels.get_kernel(kernel).last_activity = datetime.now(UTC) - timedelta(hours=2)
        await kernels.cull_kernels()
        assert kernel in kernels, "somebody looks at it"
        kernels.notify_disconnect(kernel)
        await kernels.cull_kernels()
        assert kernel in kernels, "it was closed just now"
        kernels.get_kernel(kernel).last_activity = datetime.now(UTC) - timedelta(minutes=11)
        await kernels.cull_kernels()
        assert kernel not in kernels

    with_kernels(scenario)


def test_no_message_counts_as_a_look():
    kernels = DashboardKernels()
    assert not any(kernels.track_message_type(kind) for kind in ("comm_msg", "execute_request", "status", None))
