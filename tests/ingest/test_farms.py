"""Adding and changing farms, against a real gateway."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from farmlab import ingest, secrets
from farmlab.config import Settings
from farmlab.domain import HouseKind
from farmlab.errors import AuthError, ConfigError, DataError, FarmLabError, SourceUnavailable, UnknownName
from farmlab.store import Store
from tests.ingest.conftest import FARM, Site
from tests.simulator.served import NOON, PASSWORD, USER


def test_everything_that_the_source_names_is_recorded(site: Site) -> None:
    added = site.add(breed="Ross 308")
    assert [(house.number, house.name) for house in site.store.houses(FARM)] == [
        (1, "House 1"),
        (2, "House 2"),
        (8, "Barn <b>"),
    ]
    assert site.store.house(FARM, 1).set_points[0] == (1.0, 33.0)
    assert len([item for item in site.store.equipment(FARM, house=1) if item.kind == "tunnel_fan"]) == 12
    flock = site.store.flock_at(FARM, 1, NOON)
    assert (flock.placed_on, flock.breed, flock.birds_placed) == (date(2026, 3, 30), "ross308", 25000)
    assert site.store.farm(FARM).simulated
    assert any("simulated" in sentence for sentence in added.said)


def test_what_is_not_known_is_said(site: Site) -> None:
    added = site.add(timezone="")
    assert any("breed unknown" in sentence for sentence in added.said)
    assert any("UTC is taken" in sentence for sentence in added.said)
    assert site.store.flock_at(FARM, 1, NOON).breed == ""


def test_the_record_holds_the_reference_and_not_the_password(site: Site) -> None:
    site.add()
    assert site.store.farm(FARM).settings["password"] == "env:PASSWORD"


def test_a_password_from_a_file_is_sealed(site: Site, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(PASSWORD)
    options = {"base_url": site.gateway.url, "username": USER, "password": f"@{tmp_path / 'pw'}"}
    site.add(options=options)
    (tmp_path / "pw").unlink()
    stored = site.store.farm(FARM).settings["password"]
    assert stored.startswith("sealed:")
    assert PASSWORD not in stored
    assert site.sync().status == "success"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"password": "env:PASSWORD", "username": "nobody"}, AuthError, "Invalid username or password"),
        ({"password": "env:PASSWORD", "usrname": "x"}, UnknownName, "Did you mean 'username'"),
        ({"password": "hunter22", "username": USER}, ConfigError, "not written on the command line"),
        ({"password": "env:NOT_SET", "username": USER}, ConfigError, "'NOT_SET' is not set"),
        ({"password": "env:PASSWORD"}, ConfigError, "username"),
        (
            {"password": "env:PASSWORD", "username": USER, "base_url": "http://127.0.0.1:9"},
            SourceUnavailable,
            "no connection",
        ),
    ],
)
def test_a_farm_that_cannot_be_reached_is_not_recorded(
    site: Site, options: dict[str, str], error: type[FarmLabError], words: str
) -> None:
    with pytest.raises(error, match=words):
        site.add(options={"base_url": site.gateway.url, **options})
    assert site.store.farms() == []


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 81, "\x1b[31mred", " padded "])
def test_names_that_cannot_be_one_are_refused(store: Store, settings: Settings, name: str) -> None:
    with pytest.raises(DataError, match="cannot be a farm's name"):
        ingest.add_farm(store, settings, name, at=NOON, houses=1)


def test_a_hostile_name_is_only_a_name(store: Store, settings: Settings) -> None:
    ingest.add_farm(store, settings, "<script>alert(1)</script>", at=NOON, houses=1)
    assert store.farm("<script>alert(1)</script>").integration == "none"


def test_a_farm_without_integration(store: Store, settings: Settings) -> None:
    ingest.add_farm(store, settings, "Office", at=NOON, houses=2, kind="room", timezone="Europe/Brussels")
    assert [house.kind for house in store.houses("Office")] == [HouseKind.ROOM, HouseKind.ROOM]
    with pytest.raises(DataError, match="there is a farm 'Office' already"):
        ingest.add_farm(store, settings, "Office", at=NOON, houses=2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "--houses 4"),
        ({"houses": 1, "options": {"base_url": "x"}}, "has no settings"),
        ({"houses": 1, "integration": "csv_file", "options": {"path": "x"}}, "Leave --houses out"),
        ({"houses": 1, "timezone": "Europe/Berlim"}, "Did you mean 'Europe/Berlin'"),
        ({"houses": 1, "breed": "ros308"}, "Did you mean 'ross308'"),
        ({"integration": "rotm"}, "Did you mean 'rotem'"),
    ],
)
def test_wrong_usage_names_the_right_one(
    store: Store, settings: Settings, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(FarmLabError, match=words):
        ingest.add_farm(store, settings, "Office", at=NOON, **changes)
    assert store.farms() == []


def test_a_breed_without_table_is_kept_and_said(site: Site) -> None:
    added = site.add(breed="Lohmann Brown")
    assert site.store.flock_at(FARM, 1, NOON).breed == "Lohmann Brown"
    assert any("No table of objectives" in sentence for sentence in added.said)


def test_a_changed_connection_is_tested_first(site: Site) -> None:
    site.add()
    with pytest.raises(AuthError):
        ingest.edit_farm(site.store, site.settings, FARM, options={"username": "nobody"})
    assert site.store.farm(FARM).settings["username"] == USER
    changed = ingest.edit_farm(
        site.store, site.settings, FARM, new_name="Hill", timezone="Europe/Berlin", poll_minutes=1
    )
    assert (changed.name, changed.timezone, changed.poll_minutes) == ("Hill", "Europe/Berlin", 1)
    assert site.store.farm("Hill").settings["username"] == USER


def test_secrets_can_be_sealed_under_a_new_key(site: Site, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(PASSWORD)
    site.add(options={"base_url": site.gateway.url, "username": USER, "password": f"@{tmp_path / 'pw'}"})
    before, key = site.store.farm(FARM).settings["password"], secrets.key_file(site.settings).read_text()
    assert ingest.rotate_secrets(site.store, site.settings) == 1
    assert site.store.farm(FARM).settings["password"] != before
    assert secrets.key_file(site.settings).read_text() != key
    assert len(secrets.key_file(site.settings).read_text().split()) == 1
    assert site.sync().status == "success"


def test_the_connection_can_be_tested_at_any_time(site: Site) -> None:
    site.add()
    sentence, source = ingest.info(site.store.farm(FARM), site.settings)
    assert "3 houses, 3 connected" in sentence
    assert source.simulated
    ingest.add_farm(site.store, site.settings, "Office", at=NOON, houses=1)
    with pytest.raises(ConfigError, match="nothing to poll"):
        ingest.info(site.store.farm("Office"), site.settings)
