"""A lock has one holder; what is left of the dead is taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from farmlab import clock
from farmlab.errors import Busy
from farmlab.store import Store, tables
from tests.store import workers
from tests.store.farmyard import HOUR, MINUTE

LONG = timedelta(hours=1)


def test_a_lock_has_one_holder(store: Store) -> None:
    with store.lock("sync Hillside", owner="flow", ttl=LONG):
        with pytest.raises(Busy, match=r"sync Hillside: it is held by flow \(process \d+ on .+it lapses in \d+ min"):
            store.lock("sync Hillside", owner="cli", ttl=LONG).__enter__()
        with store.lock("sync Valley", owner="cli", ttl=LONG):
            pass
    with store.lock("sync Hillside", owner="cli", ttl=LONG):
        pass


def test_a_lock_is_let_go_when_the_work_fails(store: Store) -> None:
    def fails() -> None:
        with store.lock("home", owner="up", ttl=LONG):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with store.lock("home", owner="up", ttl=LONG):
        pass


def test_a_lock_that_lapsed_is_taken_over_and_not_let_go_by_its_old_holder(store: Store) -> None:
    with store.lock("home", owner="slow", ttl=timedelta(0)):
        second = store.lock("home", owner="second", ttl=LONG)
        second.__enter__()
    with pytest.raises(Busy, match="held by second"):
        store.lock("home", owner="third", ttl=LONG).__enter__()
    second.__exit__(None, None, None)


def test_the_lock_of_a_dead_process_is_taken_over(store: Store, url: str) -> None:
    here, there = workers.pipe()
    holder = workers.start(workers.holds, url, there)
    assert here.recv() == "held"
    with pytest.raises(Busy, match=f"held by killed \\(process {holder.pid}"):
        store.lock("home", owner="next", ttl=LONG).__enter__()
    holder.kill()
    holder.join()
    with store.lock("home", owner="next", ttl=LONG):
        pass


@pytest.mark.parametrize(
    ("change", "free"),
    [
        ({"host": "elsewhere"}, False),
        ({"process_started": 1.0}, True),
        ({"host": "elsewhere", "pid": 999_999_999}, False),
    ],
)
def test_who_counts_as_dead(store: Store, change: dict[str, object], free: bool) -> None:
    with store.lock("home", owner="first", ttl=LONG):
        with store._writing() as connection:
            connection.execute(update(tables.lock).values(**change))
        if free:
            with store.lock("home", owner="next", ttl=LONG):
                return
        with pytest.raises(Busy):
            store.lock("home", owner="next", ttl=LONG).__enter__()


def test_a_lock_lapses_by_the_clock_of_the_database(store: Store) -> None:
    with store.lock("home", owner="first", ttl=HOUR), store._reading() as connection:
        (lapses,) = connection.execute(select(tables.lock.c.expires_at)).scalars()
    assert abs(lapses - clock.now() - HOUR) < MINUTE
