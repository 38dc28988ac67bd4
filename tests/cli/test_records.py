"""Farms, houses, flocks and what people write down, typed as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from farmlab import cli
from farmlab.cli import context, flock, records
from farmlab.config import load
from farmlab.domain import House
from farmlab.errors import ConfigError, DataError, FarmLabError, StoreError, UnknownName
from farmlab.store import Store
from tests.cli.kit import Terminal
from tests.simulator.served import PASSWORD, USER, ZONE, served


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.of(tmp_path / "home", records)


@pytest.fixture
def barn(terminal: Terminal) -> Terminal:
    terminal.type("farm", "add", "Barn", "--houses", "2", "--timezone", "Europe/Berlin")
    return terminal


def test_a_new_home_says_how_to_begin(terminal: Terminal) -> None:
    assert "farmlab farm add NAME" in terminal.type("farm", "list")


def test_a_farm_with_an_integration(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTEM_PASSWORD", PASSWORD)
    with served() as gateway:
        text = terminal.type(
            *("farm", "add", "Hillside", "--integration", "rotem", "--timezone", ZONE, "--breed", "ross308"),
            *(
                "--set",
                f"base_url={gateway.url}",
                "--set",
                f"username={USER}",
                "--secret",
                "password=env:ROTEM_PASSWORD",
            ),
        )
        assert "3 houses" in text
        assert "simulated" in text
        assert "Next: farmlab sync 'Hillside'" in text
        assert terminal.ask("farm", "test", "Hillside")["simulated"] is True
        assert "Changed" in terminal.type("farm", "edit", "Hillside", "--set", "pause_s=0", "--poll-minutes", "1")
    (farm,) = terminal.ask("farm", "list")
    assert (farm["integration"], farm["houses"], farm["poll_minutes"]) == ("rotem", 3, 1)
    assert PASSWORD not in terminal.type("farm", "show", "Hillside")
    assert len(terminal.ask("flock", "list", "--farm", "Hillside")) == 3


def test_a_secret_that_is_written_in_a_wrong_way_is_not_repeated(terminal: Terminal) -> None:
    with pytest.raises(ConfigError, match="NAME=VALUE") as caught:
        terminal.type("farm", "add", "X", "--integration", "rotem", "--secret", "hunter22")
    assert "hunter22" not in str(caught.value)


def test_who_says_so_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert context.who("Ann") == "Ann"
    with pytest.raises(ConfigError, match="--by NAME"):
        context.who()


def test_a_secret_that_is_asked_for_is_sealed_and_not_shown(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **options: PASSWORD if options["hide_input"] else "")
    with served() as gateway:
        terminal.type(
            *("farm", "add", "Hillside", "--integration", "rotem", "--timezone", ZONE),
            *("--set", f"base_url={gateway.url}", "--set", f"username={USER}", "--secret", "password=-"),
        )
    assert terminal.ask("farm", "show", "Hillside")["settings"]["password"] == "(sealed)"


@pytest.mark.parametrize(
    ("words", "error", "sentence"),
    [
        (("farm", "add", "X"), ConfigError, "--houses 4"),
        (("farm", "add", "X\n", "--houses", "1"), DataError, "cannot be a farm's name"),
        (("farm", "add", "X", "--integration", "rotem", "--set", "username"), ConfigError, "NAME=VALUE"),
        (("farm", "show", "Bran"), UnknownName, "Did you mean 'Barn'"),
        (("house", "add", "--farm", "Barn", "--house", "1"), DataError, "house edit"),
        (("house", "edit", "--farm", "Barn", "--house", "7"), UnknownName, "7"),
        (("house", "edit", "--farm", "Barn", "--house", "1", "--set-points", "x"), DataError, "0:33"),
        (("flock", "place", "--farm", "Barn", "--house", "1", "--on", "1.2.2026"), DataError, "2026-11-01"),
        (("flock", "place", "--farm", "Barn", "--house", "9"), UnknownName, "9"),
        (("flock", "end", "--farm", "Barn", "--house", "1"), DataError, "farmlab flock place"),
        (("flock", "edit", "--farm", "Barn", "--house", "1"), DataError, "no flock was placed yet"),
        (("record", "daily", "--farm", "Barn", "--house", "1"), DataError, "--mortality"),
        (
            ("record", "reading", "--farm", "Barn", "--house", "1", "--metric", "tmp", "--value", "1"),
            UnknownName,
            "temp",
        ),
        (("record", "failure", "--farm", "Barn", "--house", "1", "--at", "soon"), ConfigError, "2026-07-01 06:00"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(
    barn: Terminal, words: tuple[str, ...], error: type[FarmLabError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        barn.type(*words)


def test_houses(barn: Terminal) -> None:
    barn.type("house", "add", "--farm", "Barn", "--house", "3", "--name", "Old \x1b[31mbarn", "--capacity", "9000")
    barn.type("house", "edit", "--farm", "Barn", "--house", "3", "--set-points", "0:33,21:26", "--kind", "layer")
    house = barn.ask("house", "list", "--farm", "Barn")[2]
    assert (house["name"], house["capacity"], house["kind"]) == ("Old [31mbarn", 9000, "layer")
    assert house["set_points"] == [[0.0, 33.0], [21.0, 26.0]]
    barn.type("house", "retire", "--farm", "Barn", "--house", "3")
    assert [known["number"] for known in barn.ask("house", "list", "--farm", "Barn")] == [1, 2]


def test_the_life_of_a_flock(barn: Terminal) -> None:
    here = ("--farm", "Barn", "--house", "1")
    text = barn.type("flock", "place", *here, "--on", "2026-01-10", "--breed", "Ross 308")
    assert "Unknown: number of birds" in text
    with pytest.raises(DataError, match="still there"):
        barn.type("flock", "place", *here, "--on", "2026-02-01")
    barn.type("flock", "edit", *here, "--birds", "20000", "--on", "2026-01-09", "--harvest", "2026-02-20")
    assert barn.ask("house", "list", "--farm", "Barn")[0]["placed_on"] == "2026-01-09"
    for words in (("end", *here, "--on"), ("edit", *here, "--ended"), ("edit", *here, "--harvest")):
        with pytest.raises(DataError, match="2026-01-01 is before the placement on 2026-01-09"):
            barn.type("flock", *words, "2026-01-01")
    barn.type("flock", "end", *here, "--on", "2026-02-19")
    barn.type("flock", "place", *here, "--on", "2026-03-01")
    barn.type("flock", "edit", *here, "--placed", "2026-01-09", "--ended", "2026-02-18")
    assert barn.ask("flock", "list", "--farm", "Barn") == [
        {
            "house": 1,
            "placed_on": "2026-01-09",
            "breed": "ross308",
            "birds_placed": 20000,
            "expected_harvest": "2026-02-20",
            "ended_on": "2026-02-18",
        },
        {
            "house": 1,
            "placed_on": "2026-03-01",
            "breed": "",
            "birds_placed": None,
            "expected_harvest": "",
            "ended_on": "",
        },
    ]


def test_a_retired_farm_comes_back(barn: Terminal) -> None:
    barn.type("farm", "retire", "Barn")
    assert barn.ask("farm", "list") == []
    assert barn.ask("farm", "list", "--all")[0]["status"] == "retired"
    barn.type("farm", "restore", "Barn")
    assert barn.ask("farm", "list")[0]["status"] == "in use"


def test_the_figures_of_a_day_stand_beside_those_of_the_day_before(barn: Terminal) -> None:
    here = ("record", "daily", "--farm", "Barn", "--house", "1")
    barn.type(*here, "--mortality", "12", "--water-l", "1200", "--at", "2026-02-01")
    text = barn.type(*here, "--mortality", "9", "--feed-kg", "650.5", "--at", "2026-02-02")
    lines = {line.split("  ")[0].strip(): line.split()[-2:] for line in text.splitlines()[1:]}
    assert lines["birds dead today (number)"] == ["9", "12"]
    assert lines["water (l)"] == ["–", "1200"]
    assert lines["feed (kg)"] == ["650.5", "–"]


def test_readings_and_events_are_written_down(barn: Terminal) -> None:
    where = ("--farm", "Barn", "--house", "1")
    text = barn.type(
        "record", "reading", *where, "--metric", "temp", "--value", "86", "--unit", "F", "--at", "2026-02-01"
    )
    assert "Written down: temperature 30 °C" in text
    barn.type(
        "record",
        "failure",
        *where,
        "--equipment",
        "tunnel fan 2",
        "--note",
        "belt",
        "--by",
        "Ann",
        "--at",
        "2026-02-01",
    )
    barn.type("record", "maintenance", *where, "--note", "new belt", "--started")
    barn.type("record", "maintenance", *where, "--note", "new belt")
    told = barn.ask("record", "event", "--farm", "Barn", "--house", "0", "--kind", "door", "--by", "Ann")
    assert (told["kind"], told["by"], told["house"]) == ("door", "Ann", 0)
    with Store.open(load(barn.home)) as store:
        kinds = [(event.kind, event.equipment, event.by) for event in store.events("Barn")]
    assert kinds[0] == ("failure", "tunnel fan 2", "Ann")
    assert [kind for kind, _, _ in kinds[1:]] == ["maintenance_started", "maintenance_done", "door"]


def test_an_error_is_one_sentence_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--home", str(tmp_path), "farm", "show", "<script>"])
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Error: there is no farm '<script>'")
    assert err.count("\n") == 1


@pytest.mark.parametrize("curve", ["0:nan", "nan:30", "0:inf", "0:300", "-1:30", ":", ","])
def test_a_curve_that_cannot_be_is_refused_and_the_houses_stay(barn: Terminal, curve: str) -> None:
    with pytest.raises(DataError, match="is no temperature curve"):
        barn.type("house", "edit", "--farm", "Barn", "--house", "1", "--set-points", curve)
    assert [house["number"] for house in barn.ask("house", "list", "--farm", "Barn")] == [1, 2]


@pytest.mark.parametrize(
    "words",
    [
        ("farm", "add", "X", "--houses", "9" * 30),
        ("farm", "edit", "Barn", "--poll-minutes", "inf"),
        ("farm", "edit", "Barn", "--poll-minutes", "1e300"),
    ],
)
def test_a_number_beyond_reason_is_wrong_usage(barn: Terminal, words: tuple[str, ...]) -> None:
    barn.type(*words, code=2)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "soon", ""])
def test_a_day_beyond_reason_is_none(day: str) -> None:
    with pytest.raises(DataError, match="is no day"):
        flock.parse_day(day)


def test_a_number_that_the_database_cannot_hold_is_refused(barn: Terminal) -> None:
    with pytest.raises(StoreError, match="too large"):
        barn.type("house", "add", "--farm", "Barn", "--house", "3", "--capacity", "9" * 30)


def test_names_from_outside_do_not_steer_the_terminal(barn: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "North\x1b]0;owned\x07\u202e"
    with Store.open(load(barn.home)) as store:
        store.save_house("Barn", House(number=1, name=hostile))
    said = barn.type("house", "edit", "--farm", "Barn", "--house", "1", "--capacity", "5")
    assert said == "Changed North]0;owned of Barn.\n"
    with pytest.raises(SystemExit):
        cli.main(["--home", str(barn.home), "import", f"/no/{hostile}.csv", "--farm", "Barn"])
    out, err = capsys.readouterr()
    assert "/no/North]0;owned.csv" in err
    assert {"\x1b", "\x07", "\u202e"}.isdisjoint(out + err)
