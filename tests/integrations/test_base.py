from __future__ import annotations

import pytest

from farmlab.errors import ConfigError
from farmlab.integrations.base import Batch, Integration
from tests.integrations.fakes import AT, SECRET, Fake, FakeSettings, reading


def test_configure_reads_the_settings_of_a_record() -> None:
    source = Fake.configure({"user": "u", "password": SECRET, "houses": "3"}, timezone="Europe/Berlin")
    assert source.timezone == "Europe/Berlin"
    assert source.settings == FakeSettings(user="u", password=SECRET, houses=3)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"user": "u"}, "password"),
        ({"user": "u", "password": SECRET, "hoses": 3}, "hoses"),
        ({"user": "u", "password": [SECRET]}, "password"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(values: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Fake.configure(values, timezone="UTC")
    assert named in caught.value.what
    assert "user, password, houses" in caught.value.next_step
    assert SECRET not in str(caught.value)


def test_settings_of_another_source_are_refused() -> None:
    class Other(FakeSettings):
        pass

    class Strict(Fake):
        settings_schema = Other

    with pytest.raises(ConfigError, match="FakeSettings"):
        Strict(FakeSettings(user="u", password=SECRET), timezone="UTC")


def test_a_source_that_can_do_little_answers_with_nothing() -> None:
    class Plain(Fake):
        list_equipment = Integration.list_equipment
        list_flocks = Integration.list_flocks
        read_daily = Integration.read_daily
        read_alarms = Integration.read_alarms
        house_age = Integration.house_age

    with Plain(FakeSettings(user="u", password=SECRET), timezone="UTC") as source:
        assert source.list_equipment() == []
        assert source.list_flocks(AT) == []
        assert source.read_daily(3, AT) == Batch(houses_seen=frozenset({3}))
        assert source.read_alarms(AT) == []
        assert source.house_age(3) is None


def test_a_batch_names_each_of_its_sensors_once() -> None:
    batch = Batch(readings=(reading(2), reading(1), reading(2, value=3.0)))
    assert [sensor.house for sensor in batch.sensors] == [2, 1]
