from __future__ import annotations

from farmlab.integrations.rotem import channels as rotem
from farmlab.simulator import alarms, sensing
from farmlab.simulator.channels import CHANNELS, COLUMNS, KEYS, SENSORS
from farmlab.simulator.structure import build
from farmlab.simulator.timeline import moment_of
from farmlab.units import METRICS
from tests.simulator.houses import winter


def test_the_integration_knows_every_source_key() -> None:
    assert set(KEYS) <= set(rotem.CHANNELS)


def test_what_is_shown_can_be_true() -> None:
    for channel in CHANNELS:
        metric = METRICS[rotem.CHANNELS[channel.key][0]]
        assert channel.low <= metric.high
        assert channel.high >= metric.low


def test_a_screen_has_a_value_for_every_column() -> None:
    engine = winter(1, 30)
    _, rows = engine.forward(engine.state.minute + 5, [], every=5)
    assert len(rows[0]) == len(COLUMNS)
    assert KEYS[: len(SENSORS)] == SENSORS
    assert len(engine.plan(engine.state.minute).chance[0]) > sensing.FAULTS


def test_houses_differ() -> None:
    houses = [build(5, number) for number in range(1, 9)]
    assert len({house.ua for house in houses}) == 8
    assert len({house.bias for house in houses}) == 8
    assert not all(house.has("Ammonia") for house in houses)
    assert houses[2] == build(5, 3)


def test_alarms_are_told_from_their_bits() -> None:
    import numpy as np

    minutes = np.array([0, 5, 10, 15])
    rows = alarms.episodes(minutes, np.array([0, 2, 3, 1]))
    assert [(row.number, row.active) for row in rows] == [(2, False), (1, True)]
    assert (rows[0].time, rows[0].ended) == (moment_of(5), moment_of(15))
    assert alarms.episodes(minutes, np.zeros(4, dtype=np.int64)) == ()
