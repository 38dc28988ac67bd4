from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest

from farmlab import notebooks, publish
from farmlab.domain import (
    Category,
    Farm,
    Finding,
    FindingStatus,
    House,
    Hypothesis,
    Run,
    RunStatus,
    Severity,
    Verdict,
    VerdictState,
)
from farmlab.errors import ConfigError, NotebookFailed
from farmlab.figures import Picture
from farmlab.publish import assets, html
from farmlab.publish.page import LARGEST
from tests.runs.kit import NOON, Bench, write_notebook

HOUR = timedelta(hours=1)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9pt" height="9pt">'
    '<path d="{}" style="fill: #0072b2"/></svg>'
)
TABLE = """\
import pandas as pd
spark = '<svg viewBox="0 0 9 9"><path d="M0 0"/></svg>'
table = pd.DataFrame({"house": [1, 2], "age": ["31 d", None], "water_feed": [1.84, 1.9], "spark": [spark, spark],
                      "verdict": ["ok", "warning"]})"""


def outputs(path: Path, *found: Any, source: str = "show()") -> Path:
    """An executed notebook whose one cell has these outputs."""
    cells = [nbformat.v4.new_markdown_cell("# Title\nWhat is **it**?<script>alert(1)</script>")]
    cell = nbformat.v4.new_code_cell(source, outputs=list(found))
    nbformat.write(nbformat.v4.new_notebook(cells=[*cells, cell]), path)
    return path


def shown(**data: str) -> Any:
    named = {name.replace("_", "/").replace("svg", "svg+xml"): value for name, value in data.items()}
    return nbformat.v4.new_output("display_data", data=named)


class TestBody:
    def test_outputs_of_every_kind_are_shown_harmlessly(self, tmp_path: Path) -> None:
        path = outputs(
            tmp_path / "n.ipynb",
            shown(text_html="<table><tr><td>1</td></tr></table><script>alert(1)</script>"),
            shown(text_markdown="**bold** <img src=x onerror=alert(1)>"),
            shown(image_svg=SVG.format("M1 2")),
            shown(image_png="iVBORw0KGgo=\n"),
            shown(text_latex="$x<y$"),
            shown(application_javascript="alert(1)"),
            nbformat.v4.new_output("stream", name="stdout", text="said <b>so</b>"),
            nbformat.v4.new_output("stream", name="stderr", text="a warning"),
        )
        body = html.body(path)
        assert body.question.strip() == "<p>What is <strong>it</strong>?</p>"
        for kept in (
            "<strong>bold</strong>",
            "M1 2",
            "data:image/png;base64,iVBORw0KGgo=",
            "said &lt;b&gt;so",
            "$x&lt;y$",
        ):
            assert kept in body.main
        for gone in ("<script", "alert(1)", "onerror=", "a warning", "Title"):
            assert gone not in body.main
        assert 'role="region"' in body.main
        assert body.code == ("show()",)

    def test_figures_carry_their_sentence_and_the_colours_of_the_page(self, tmp_path: Path) -> None:
        figure = shown(image_svg=SVG.format("M0 0"))
        figure.metadata = {"image/svg+xml": {"alt": "House 3 is <warm>"}}
        body = html.body(outputs(tmp_path / "n.ipynb", figure)).main
        assert 'aria-label="House 3 is &lt;warm&gt;"' in body
        assert "var(--series-1, #0072b2)" in body

    def test_colours_that_are_variables_already_stay(self) -> None:
        themed = html.recolour("fill: #0072B2; stroke: var(--series-1, #0072b2)")
        assert themed == "fill: var(--series-1, #0072b2); stroke: var(--series-1, #0072b2)"

    def test_what_the_header_says_is_not_repeated(self, tmp_path: Path) -> None:
        for source in ("lab.verdict()", "record(run_dir)"):
            assert "said" not in html.body(outputs(tmp_path / "n.ipynb", shown(text_plain="said"), source=source)).main

    def test_an_error_is_folded_and_nothing_is_nothing(self, tmp_path: Path) -> None:
        error = nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["\x1b[31mbad <b>\x1b[0m"])
        body = html.body(outputs(tmp_path / "n.ipynb", error, source="record(1)")).main
        assert "<details" in body
        assert "bad &lt;b&gt;" in body
        assert html.body(tmp_path / "none.ipynb") == html.NOTHING


class TestRunPage:
    def page(self, bench: Bench, *found: Any, run: Run | None = None) -> str:
        path = write_notebook(bench.analyses)
        record = run or Run(notebook="warmth", farm="Hillside", house=0, slot=NOON, status=RunStatus.DONE)
        record = replace(record, folder="f", page="f.html", ended_at=NOON, started_at=NOON)
        (bench.settings.runs / "f").mkdir(parents=True, exist_ok=True)
        outputs(bench.settings.runs / "f" / "notebook.ipynb", *found)
        farm = bench.store.farm("Hillside")
        return publish.publish_run(bench.settings, record, notebooks.inspect(path), farm=farm).read_text()

    def test_it_is_one_file_that_asks_nobody_for_anything(self, bench: Bench) -> None:
        page = self.page(bench, shown(image_svg=SVG.format("M0 0")))
        assert "default-src 'none'" in page
        assert "<script" not in page
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|url\((?!#)|@import""", page)
        assert len(page.encode()) < LARGEST

    def test_the_answer_comes_first_and_says_how_far_to_trust_it(self, bench: Bench) -> None:
        verdict = Verdict(
            state=VerdictState.WARNING,
            reasons=("No data from house 3 since 09:40.", "T4 is stuck."),
            coverage=0.962,
            newest=NOON - timedelta(minutes=2),
            start=NOON - 24 * HOUR,
            until=NOON,
        )
        run = Run(notebook="warmth", farm="Hillside", house=2, slot=NOON, status=RunStatus.DONE, verdict=verdict)
        page = self.page(bench, run=run)
        assert "<h1>No data from house 3 since 09:40</h1>" in page
        for said in (
            "▲",
            "warning",
            "96% of the expected",
            "today 11:58, 2 min before the end",
            "T4 is stuck.",
            "House 2",
        ):
            assert said in page
        assert "yesterday 12:00 – today 12:00 (24 h)" in page

    def test_how_it_was_made_is_folded_at_the_end(self, bench: Bench) -> None:
        run = Run(
            notebook="warmth", farm="Hillside", house=0, slot=NOON, code_version="0.1.0+ab", parameters={"hours": 24}
        )
        page = self.page(bench, shown(text_plain="1"), run=run)
        folded = page[page.index("How this page was made") :]
        for said in ("warmth.ipynb", "0.1.0+ab", "hours = 24", "12:00 UTC", "show()"):
            assert said in folded

    def test_the_largest_figures_go_before_a_page_is_too_large(self, bench: Bench) -> None:
        large = "M0 0" + " L1 1" * 300_000
        page = self.page(bench, shown(image_svg=SVG.format(large)), shown(image_svg=SVG.format("M7 7")))
        assert len(page.encode()) <= LARGEST
        assert "A figure is left out" in page
        assert "M7 7" in page

    def test_a_page_that_stays_too_large_is_an_error(self, bench: Bench) -> None:
        with pytest.raises(NotebookFailed, match=r"would be 1\.\d MiB.*Show fewer rows"):
            self.page(bench, shown(text_plain="x" * 1_200_000))

    def test_a_refused_page_is_not_written(self, bench: Bench) -> None:
        notebook = notebooks.inspect(write_notebook(bench.analyses))
        run = Run(notebook="warmth", farm="Hillside", house=0, slot=NOON, page="p.html", folder="f")

        def refuse(_: str) -> None:
            raise NotebookFailed("no")

        with pytest.raises(NotebookFailed):
            publish.publish_run(bench.settings, run, notebook, farm=bench.store.farm("Hillside"), refuse=refuse)
        assert not (bench.settings.site / "p.html").exists()


def finding(
    house: int, *, severity: Severity = Severity.WARNING, start: datetime = NOON - HOUR, **more: Any
) -> Finding:
    named: dict[str, Any] = {"kind": f"kind{start}", "title": f"trouble in {house}", "score": 0.8, **more}
    return Finding(category=Category.ANOMALY, house=house, subject="temp", start=start, severity=severity, **named)


class TestIndex:
    def publish(self, bench: Bench, at: datetime = NOON) -> str:
        return publish.publish_index(bench.store, bench.settings, at).read_text()

    def save(self, bench: Bench, *found: Finding) -> list[Finding]:
        return bench.store.save_findings("Hillside", found, source="test", at=NOON)

    def heading(self, page: str) -> str:
        return re.findall(r"<h1>(.*?)</h1>", page)[0]

    def test_without_a_farm_it_says_how_to_begin(self, bench: Bench) -> None:
        bench.store.update_farm(replace(bench.store.farm("Hillside"), retired_at=NOON))
        page = self.publish(bench)
        assert self.heading(page) == "No farm yet"
        assert "farmlab farm add" in page

    def test_without_readings_it_says_so(self, bench: Bench) -> None:
        page = self.publish(bench)
        assert self.heading(page) == "No readings yet"
        assert "2 no data" in page

    def test_all_in_order(self, bench: Bench) -> None:
        bench.read(NOON - timedelta(minutes=2))
        page = self.publish(bench)
        assert self.heading(page) == "All two houses are in order"
        assert "Data until today 11:58, 2 min old" in page
        assert "Nothing is wrong" in page

    def test_houses_that_need_somebody_are_counted_and_shown_the_worst_first(self, bench: Bench) -> None:
        bench.read(NOON)
        why = (Hypothesis(cause="belt off", confidence=0.8, evidence="no air"), Hypothesis(cause="x", confidence=0.1))
        worst = finding(2, severity=Severity.CRITICAL, why=why, check=("the belt",), score=0.93)
        self.save(bench, finding(1), worst)
        page = self.publish(bench)
        assert self.heading(page) == "One house needs you today; one more wants a look"
        assert page.index("trouble in 2") < page.index("trouble in 1")
        for said in ("1 critical", "since today 11:00 (1 h)", "almost certain (0.93)", "Belt off: no air", "the belt"):
            assert said in page

    def test_one_house_and_the_farm_itself(self, bench: Bench) -> None:
        bench.read(NOON)
        self.save(bench, finding(1))
        assert self.heading(self.publish(bench)) == "One house wants a look; nothing is urgent"
        self.save(bench, finding(0))
        assert self.heading(self.publish(bench)) == "Hillside: the houses are in order, but FarmLab needs you"

    def test_what_is_over_for_information_or_answered_for_is_not_counted(self, bench: Bench) -> None:
        bench.read(NOON)
        info = finding(1, severity=Severity.INFO, kind="info")
        (_, false) = self.save(bench, info, finding(2))
        bench.store.set_status(false.id, FindingStatus.FALSE_ALARM, by="me", at=NOON)
        assert self.heading(self.publish(bench)) == "All two houses are in order"

    def test_acknowledged_ones_say_so_and_ended_ones_their_window(self, bench: Bench) -> None:
        ended = finding(1, start=NOON - 9 * HOUR, end=NOON - 4 * HOUR)
        (saved,) = self.save(bench, ended)
        bench.store.set_status(saved.id, FindingStatus.ACKNOWLEDGED, by="me", at=NOON)
        page = self.publish(bench)
        assert "acknowledged" in page
        assert "today 03:00 – today 08:00 (5 h)" in page

    def test_what_is_foretold_says_when_it_is_expected(self, bench: Bench) -> None:
        ahead = {"from": (NOON + 20 * HOUR).isoformat(), "to": (NOON + 25 * HOUR).isoformat()}
        self.save(bench, finding(1, start=NOON, data=ahead))
        page = self.publish(bench)
        assert "expected tomorrow 08:00 – tomorrow 13:00" in page
        assert "(0 s)" not in page

    def test_many_findings_of_a_house_are_folded(self, bench: Bench) -> None:
        self.save(bench, *(finding(1, kind=f"k{number}") for number in range(5)))
        assert "3 more from House 1" in self.publish(bench)

    def test_a_drawing_of_a_finding_is_shown_harmlessly(self, bench: Bench) -> None:
        hostile = SVG.format("M3 3").replace("</svg>", "<script>alert(1)</script></svg>")
        record = (
            "from datetime import datetime\nfrom farmlab.domain import Category, Finding\n"
            "from farmlab.results import record\n"
            "found = Finding(category=Category.ANOMALY, kind='k', house=1, subject='temp', title='trouble',"
            f" start=datetime.fromisoformat(until), data={{'drawing': {hostile!r}, 'limit': 31}})\n"
            "record(run_dir, findings=[found])"
        )
        write_notebook(bench.analyses, record=record)
        bench.run()
        (kept,) = bench.store.findings("Hillside")
        assert kept.data == {"limit": 31}
        page = self.publish(bench)
        assert "M3 3" in page
        assert "alert(1)" not in page

    def test_the_table_of_houses_is_what_the_newest_run_recorded(self, bench: Bench) -> None:
        record = f'{TABLE}\nfrom farmlab.results import record\nrecord(run_dir, tables={{"houses": table}})'
        write_notebook(bench.analyses, record=record)
        bench.run()
        page = self.publish(bench)
        for said in (
            "water/feed",
            "31 d",
            "1.84",
            "<td>–</td>",
            'aria-label="warning">▲</span> warning</td>',
            'aria-label="House 2, last 24 h"',
            "As of today 12:00.",
        ):
            assert said in page

    def test_results_that_are_gone_leave_the_plain_table(self, bench: Bench) -> None:
        record = f'{TABLE}\nfrom farmlab.results import record\nrecord(run_dir, tables={{"houses": table}})'
        write_notebook(bench.analyses, record=record)
        done = bench.run()
        self.save(bench, finding(1))
        (bench.settings.runs / done.folder / "results.json").unlink()
        page = self.publish(bench)
        assert "newest reading" in page
        assert "trouble in 1" in page

    def test_names_from_outside_are_text(self, bench: Bench) -> None:
        bench.store.add_farm(Farm(name="<script>alert(1)</script>"))
        bench.store.save_house("<script>alert(1)</script>", House(number=1, name="<img src=x>"))
        bench.store.save_findings("<script>alert(1)</script>", [finding(1, title="<b onclick=x>")], source="t", at=NOON)
        page = self.publish(bench)
        assert not re.search(r"<script|<img|<b ", page)
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 1

    def test_a_late_report_is_stale_and_one_by_hand_is_not(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        assert "stale since" not in self.publish(bench, NOON + HOUR)
        assert "stale since Wed 1 Jul 12:00, no run since" in self.publish(bench, NOON + 36 * HOUR)
        bench.store.update_farm(replace(bench.store.farm("Hillside"), integration="none"))
        assert "stale since" not in self.publish(bench, NOON + 36 * HOUR)

    def test_every_run_is_in_the_history(self, bench: Bench) -> None:
        path = write_notebook(bench.analyses)
        bench.run()
        bench.run(at=NOON + HOUR)
        path.write_text(path.read_text().replace('"source": "1"', '"source": "1 / 0"'))
        bench.run(at=NOON + 2 * HOUR)
        self.publish(bench, NOON + 2 * HOUR)
        history = (bench.settings.site / "Hillside" / "warmth" / "index.html").read_text()
        assert "Three runs, 1 failed." in history
        for said in ("today 12:00", "nothing new", "ZeroDivisionError"):
            assert said in history

    def test_nothing_half_written_is_left(self, bench: Bench) -> None:
        self.publish(bench)
        assert [path.name for path in bench.settings.site.iterdir()] == ["index.html"]


def test_missing_templates_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("farmlab.publish.assets.workspace", lambda: tmp_path)
    monkeypatch.setattr("farmlab.publish.assets.__file__", str(tmp_path / "assets.py"))
    with pytest.raises(ConfigError, match="page templates are missing"):
        assets.template_folder()
    (tmp_path / "template").mkdir()
    (tmp_path / "template" / "style.css").touch()
    assert assets.template_folder() == tmp_path / "template"


def test_a_folded_figure_stands_as_its_sentence() -> None:
    for folded in (True, False):
        shown = Picture("<svg viewBox='0 0 1 1'><path d='M0 0L1 1'/></svg>", "House 3 <b> is in order", folded=folded)
        data, metadata = shown._repr_mimebundle_()
        written = html._figure(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
        assert (
            written.startswith('<details class="fold"><summary>House 3 &lt;b&gt; is in order</summary><figure')
            == folded
        )
        assert "<path" in written
