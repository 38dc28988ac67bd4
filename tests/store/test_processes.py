"""Several processes write at once, or are killed in the middle: nothing is lost."""

from __future__ import annotations

import time
from pathlib import Path

from farmlab.domain import RunStatus
from farmlab.store import Store
from tests.store import workers
from tests.store.farmyard import HOUR, MINUTE, NOON, settle


def test_an_empty_database_is_opened_by_several_at_once(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/new/farmlab.db"
    assert workers.together(workers.opens, [(address,)] * 5) == ["opened"] * 5
    with Store.open(address, read_only=True) as store:
        assert store.farms() == []


def test_several_write_at_once_and_nothing_is_lost(store: Store, url: str) -> None:
    farm = settle(store)
    claims = workers.together(workers.writes, [(url, number) for number in (1, 2, 3)])
    values = farm.values()
    assert sum(claims) == 4, "every slot was claimed once"
    assert len(store.runs(status=RunStatus.CLAIMED)) == 4
    for number in (1, 2, 3):
        begin = NOON + number * 1_000 * MINUTE
        assert all(values[1, "T1", begin + step * MINUTE] == number for step in range(400))
    assert {value for (house, _, _), value in values.items() if house == 2} == {33.0}, "the last word on each"
    then = farm.values(house=2, known_at=NOON + 21 * HOUR)
    assert set(then.values()) == {21.0}
    assert len(values) == 1_300
    assert len(store.events("Hillside")) == 13
    assert len(store.findings("Hillside")) == 4


def test_an_import_that_is_killed_is_whole_chunks_and_goes_on(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/farmlab.db"
    with Store.open(address) as store:
        settle(store)
        process = workers.start(workers.imports, address)
        while store.watermark("Hillside") is None:
            time.sleep(0.01)
        process.kill()
        process.join()
        kept = len(store.read("Hillside"))
        assert 0 < kept < workers.ROWS
        assert kept % workers.CHUNK == 0
        assert workers.imports(address).seen == kept
        assert len(store.read("Hillside")) == workers.ROWS
