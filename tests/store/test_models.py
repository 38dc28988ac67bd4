"""Models get the next version, are never overwritten, and one of a task and scope is the champion."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farmlab.domain import ModelChange, ModelRecord, ModelStep
from farmlab.errors import DataError, UnknownName
from farmlab.store import Store
from tests.store.farmyard import DAY, NOON

MODEL = ModelRecord(
    name="own_history",
    version=0,
    task="anomaly",
    farm="Hillside",
    scope="house 1",
    fitted_at=NOON,
    window_start=NOON - 14 * DAY,
    window_end=NOON,
    features=("temp_c_1", "rh_pct"),
    metrics={"recall": 0.8, "false_per_day": 0.1},
    libraries={"numpy": "2.4.6"},
    state={"threshold": [1.5, 2.5], "by": {"temp_c_1": {"median": 21.0}}},
)


def test_a_model_comes_back_as_it_was_with_the_next_version(store: Store) -> None:
    first, second = store.save_model(MODEL), store.save_model(MODEL)
    assert first == replace(MODEL, version=1, id=first.id)
    assert second.version == 2
    assert store.save_model(replace(MODEL, scope="house 2")).version == 1
    assert store.models(farm="Hillside", task="anomaly")[1:] == [second, first]
    assert store.models(task="forecast") == store.models(farm="Valley") == []


def test_a_version_is_never_overwritten(store: Store) -> None:
    store.save_model(replace(MODEL, version=3))
    for version in (2, 3):
        with pytest.raises(DataError, match=f"has a version {version} already"):
            store.save_model(replace(MODEL, version=version))
    assert store.save_model(MODEL).version == 4


def test_there_is_one_champion_of_a_task_and_scope(store: Store) -> None:
    first, second = store.save_model(MODEL), store.save_model(replace(MODEL, name="other"))
    elsewhere = store.save_model(replace(MODEL, scope="house 2", champion=True))
    assert store.champion("anomaly", "Hillside", "house 1") is None
    for model in (first, second, first):
        assert store.promote(model.id, at=NOON) == replace(model, champion=True)
        assert store.champion("anomaly", "Hillside", "house 1") == replace(model, champion=True)
    assert store.champion("anomaly", "Hillside", "house 2") == elsewhere
    third = store.save_model(replace(MODEL, champion=True))
    assert store.champion("anomaly", "Hillside", "house 1") == third
    assert sum(model.champion for model in store.models()) == 2


def test_an_unknown_model_is_not_promoted(store: Store) -> None:
    store.save_model(replace(MODEL, champion=True))
    with pytest.raises(UnknownName, match="no model with the id 999999"):
        store.promote(999_999, at=NOON)
    assert store.models()[0].champion


def test_a_rollback_brings_the_champion_before_back_and_says_who_did_it(store: Store) -> None:
    first, second, third = (store.save_model(MODEL).id for _ in range(3))
    for model in (first, second, third):
        store.promote(model, at=NOON, by="ann")
    assert store.rollback("anomaly", "Hillside", "house 1", at=NOON + DAY, by="bob").id == second
    assert store.champion("anomaly", "Hillside", "house 1").id == second
    newest = store.model_history(task="anomaly")[0]
    assert (newest.what, newest.by, newest.model_id) == (ModelStep.ROLLED_BACK, "bob", second)
    assert store.rollback("anomaly", "Hillside", "house 1", at=NOON + DAY).id == first
    with pytest.raises(DataError, match="no earlier champion"):
        store.rollback("anomaly", "Hillside", "house 1", at=NOON + DAY)


def test_a_training_that_failed_stays_in_the_history(store: Store) -> None:
    said = ModelChange(task="failure", farm="Hillside", scope="fans", at=NOON, what=ModelStep.FAILED, note="2 labels")
    store.note_model(said)
    [kept] = store.model_history(farm="Hillside")
    assert replace(kept, id=0) == said


def test_pruning_keeps_the_newest_and_every_champion(store: Store) -> None:
    ids = [store.save_model(MODEL).id for _ in range(6)]
    other = store.save_model(replace(MODEL, scope="house 2")).id
    store.promote(ids[0], at=NOON)
    assert store.prune_models(keep=2) == 3
    assert {model.id for model in store.models()} == {ids[0], *ids[-2:], other}
    with pytest.raises(UnknownName, match="no model with the id"):
        store.model(ids[1])
