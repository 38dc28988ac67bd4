from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from farmlab import config
from farmlab.errors import ConfigError
from farmlab.serving import services


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("FARMLAB_PREFECT_PORT", "0")
    monkeypatch.setenv("FARMLAB_DASHBOARD_PORT", "0")
    return config.load(tmp_path / "home")


@pytest.fixture
def answering():
    """The address of a server that answers with the status that the path names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_everything_is_planned_in_the_order_in_which_it_depends(settings):
    plan = services.plan(settings, gateways=["http://127.0.0.1:4567"])
    assert [service.name for service in plan.services] == ["gateway", "prefect", "schedules", "dashboards"]
    assert plan.services[0].command[-3:] == ("--home", str(settings.home), "simulate")
    assert not plan.services[0].ready()


def test_pages_that_write_are_served_only_when_asked_for_with_a_token_of_their_own(settings, monkeypatch):
    monkeypatch.setenv("FARMLAB_FORMS_PORT", "0")
    settings = config.load(settings.home)
    plan = services.plan(settings, with_forms=True)
    assert [service.name for service in plan.services] == ["prefect", "schedules", "dashboards", "forms"]
    shown = dict(plan.addresses)
    assert "forms" not in " ".join(services.plan(settings).services[-1].command)
    assert shown["Forms"].partition("token=")[2] not in shown["Dashboards"]
    kept = [settings.data / folder / "voila.json" for folder in ("voila", "voila_forms")]
    assert [path.stat().st_mode & 0o077 for path in kept] == [0, 0]
    assert plan.services[-1].command[-2].endswith("forms")


def test_no_address_that_others_see_and_no_command_holds_a_secret(settings):
    plan = services.plan(settings)
    shown = dict(plan.addresses)
    token, password = (
        shown["Dashboards"].partition("token=")[2],
        shown["Schedules"].partition("farmlab:")[2].rstrip(")"),
    )
    for service in plan.services:
        for secret in (token, password):
            assert len(secret) >= 32
            assert secret not in service.address + " ".join(service.command)


def test_each_start_has_a_token_and_a_password_of_its_own(settings):
    first, second = (dict(services.plan(settings).addresses) for _ in range(2))
    assert first["Dashboards"].partition("token=")[2] != second["Dashboards"].partition("token=")[2]


def test_voila_can_neither_be_given_another_template_nor_hand_out_files(settings):
    known = services.voila_config(settings, 8866, "token")
    assert known["VoilaConfiguration"]["allow_template_override"] == "NO"
    assert known["VoilaConfiguration"]["file_allowlist"] == ["^$"]
    assert known["Voila"]["ip"] == "127.0.0.1"
    assert known["DashboardKernels"] == {"most": 8, "cull_idle_timeout": 600, "cull_interval": 60}
    headers = known["Voila"]["tornado_settings"]["headers"]
    assert "http" not in headers["Content-Security-Policy"]


def test_the_configuration_of_voila_is_the_owners_alone(settings):
    service = services.dashboards(settings, 8866, "hush")
    path = Path(service.cwd) / "voila.json"
    assert json.loads(path.read_text())["Voila"]["token"] == "hush"
    assert path.stat().st_mode & 0o077 == 0
    services.dashboards(settings, 8866, "other")
    assert "hush" not in path.read_text()


def test_without_dashboards_it_says_where_they_should_be(settings, tmp_path):
    elsewhere = settings.model_copy(update={"notebooks": tmp_path / "nowhere"})
    with pytest.raises(ConfigError, match="nowhere/dashboards: there are no dashboards"):
        services.plan(elsewhere)


def test_the_template_is_found_and_names_no_other_host():
    folder = services.TEMPLATES / "voila" / "templates" / "farmlab"
    pages = [*folder.glob("*.html"), *folder.glob("*.j2")]
    assert (folder / "conf.json").exists()
    assert pages
    assert not any("//" in line and "http" in line for page in pages for line in page.read_text().splitlines())


@pytest.mark.parametrize(("status", "ready"), [(200, True), (404, True), (503, False)])
def test_a_service_answers_unless_it_fails(answering, status, ready):
    assert services.answers(f"{answering}/{status}")() is ready


def test_nobody_there_is_no_answer():
    assert services.answers("http://127.0.0.1:9/health")() is False
