"""The page on which sensors are labelled, in a notebook: choose, drag over the plot, name it, save."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

import ipywidgets as widgets
import pandas as pd
from IPython.display import display

from farmlab import clock, config, scope
from farmlab.errors import DataError, FarmLabError
from farmlab.labelling import labels, plot, windows
from farmlab.labelling.labels import KINDS, Label
from farmlab.store import Store

if TYPE_CHECKING:
    from farmlab.domain import Sensor
    from farmlab.labelling.windows import Window
    from farmlab.scope import Scope

SPANS: Final = {"6 hours": 6, "24 hours": 24, "3 days": 72, "7 days": 168}
_SHOWN: Final = "%Y-%m-%d %H:%M"


def show(farm: str, house: int, *, until: str = "", hours: int = 24, by: str = "") -> Board:
    """Show the board of a house; ``by`` (default: the operating-system user) says so."""
    board = Board(scope.open(farm, house=house, until=until, hours=hours), by=config.who(by))
    display(board.page)  # type: ignore[no-untyped-call]
    return board


class Board:
    """Sensor, window, plot, what is chosen, and the labels that there are. ``page`` is what is shown."""

    def __init__(self, lab: Scope, *, by: str) -> None:
        self.lab, self.by, self.house = lab, by, lab.houses[0]
        self.until = lab.until
        self.chosen: Window | None = None
        self._widgets()
        self._listen()
        self.page = self._page()
        self._draw()

    @property
    def start(self) -> datetime:
        """Where the plot begins."""
        return self.until - timedelta(hours=self.span.value)

    def labels(self) -> list[Label]:
        """The labels of the house, newest first."""
        return labels.read(self.lab.store, self.lab.farm.name, house=self.house.number)[::-1]

    def save(self) -> None:
        """Keep what is chosen; what stands in the way is said."""
        try:
            kept = self._save()
        except FarmLabError as error:
            self._say(error)
            return
        self.chosen = None
        self.note.value = ""
        self._draw()
        self._tell(f"Saved: {self._line(kept)}.")

    def remove(self, label: int) -> None:
        """Take back one label."""
        try:
            with self._writing() as store:
                labels.remove(store, self.lab.farm.name, label, at=clock.now())
        except FarmLabError as error:
            self._say(error)
            return
        self._draw()
        self._tell("Removed.")

    def _save(self) -> Label:
        if self.chosen is None:
            raise DataError("nothing is marked", next_step="Drag over the plot, or write From and To.")
        label = Label(
            house=self.house.number,
            sensor=self.sensor.value.source_key,
            kind=self.kind.value,
            start=self.chosen.start,
            end=self.chosen.end,
            by=self.by,
            note=self.note.value,
        )
        with self._writing() as store:
            return labels.save(store, self.lab.farm.name, label, at=clock.now())

    def _writing(self) -> Store:
        if self.lab.farm.name in scope.SAMPLE:
            raise DataError("labels of the sample farms are not kept", next_step="Set farm to one of your own.")
        return Store.open(config.load())

    def _widgets(self) -> None:
        known = [(sensor.label, sensor) for sensor in self.lab.sensors(self.house.number)]
        if not known:
            where = f"{self.lab.farm.name}, {self.house.label}"
            raise DataError("there are no sensors to label", where=where, next_step="Bring readings in first.")
        hours = (self.lab.until - self.lab.start) / timedelta(hours=1)
        shown = min(SPANS.values(), key=lambda offered: abs(offered - hours))
        fitting = {"description_width": "auto"}
        self.sensor = widgets.Dropdown(options=known, description="Sensor", style=fitting)
        self.span = widgets.Dropdown(options=list(SPANS.items()), value=shown, description="Shown", style=fitting)
        self.earlier = widgets.Button(description="◀ Earlier")
        self.later = widgets.Button(description="Later ▶")
        self.picture = widgets.HTML()
        self.drawn = widgets.Text(continuous_update=False)
        self.drawn.add_class("fl-drawn")
        self.first = widgets.Text(description="From", continuous_update=False, style=fitting)
        self.last = widgets.Text(description="To", continuous_update=False, style=fitting)
        kinds = [(f"{kind}: {meaning}", kind) for kind, meaning in KINDS.items()]
        self.kind = widgets.Dropdown(options=kinds, description="Kind", style=fitting, layout={"width": "26rem"})
        self.note = widgets.Text(description="Note", placeholder="what you know of it", style=fitting)
        self.keep = widgets.Button(description="Save label", button_style="primary")
        self.undo = widgets.Button(description="Undo last")
        self.message = widgets.HTML()
        self.known = widgets.Dropdown(options=[], description="Labels", style=fitting, layout={"width": "40rem"})
        self.drop = widgets.Button(description="Remove")

    def _listen(self) -> None:
        for field in (self.sensor, self.span):
            field.observe(lambda _: self._draw(forget=True), names="value")
        self.earlier.on_click(lambda _: self._move(-1))
        self.later.on_click(lambda _: self._move(1))
        self.drawn.observe(lambda change: self._drawn(change.new), names="value")
        for field in (self.first, self.last):
            field.observe(lambda _: self._typed(), names="value")
        self.keep.on_click(lambda _: self.save())
        self.undo.on_click(lambda _: self._undo())
        self.drop.on_click(lambda _: self.remove(self.known.value))

    def _page(self) -> widgets.VBox:
        rows = (
            widgets.HTML(plot.STYLE),
            widgets.HBox([self.sensor, self.span, self.earlier, self.later]),
            self.picture,
            self.drawn,
            widgets.HBox([self.first, self.last, self.kind]),
            widgets.HBox([self.note, self.keep, self.undo]),
            self.message,
            widgets.HBox([self.known, self.drop]),
        )
        for row in rows:
            if isinstance(row, widgets.HBox):
                row.layout.flex_flow = "row wrap"
        page = widgets.VBox(rows)
        page.add_class("fl-board")
        return page

    def _draw(self, *, forget: bool = False) -> None:
        """Bring plot, fields and list up to date; ``forget`` what was chosen, which was of something else."""
        if forget:
            self.chosen = None
        known = self.labels()
        sensor: Sensor = self.sensor.value
        mine = [label for label in known if label.sensor == sensor.source_key]
        self.picture.value = plot.surface(
            self._series(),
            sensor,
            mine,
            start=self.start,
            until=self.until,
            timezone=self.lab.farm.timezone,
            chosen=self.chosen,
        )
        self._fill(self.chosen)
        self.known.options = [(self._line(label), label.id) for label in known]
        self.known.value = known[0].id if known else None
        self.drop.disabled = self.undo.disabled = not known
        self.message.value = ""

    def _fill(self, chosen: Window | None) -> None:
        """Show the chosen stretch in its fields, without taking that for something typed."""
        with self.first.hold_trait_notifications(), self.last.hold_trait_notifications():
            self.first.value = self._local(chosen.start) if chosen else ""
            self.last.value = self._local(chosen.end) if chosen else ""

    def _series(self) -> pd.Series:
        """The readings shown: everything that is known today, since a label may use hindsight."""
        sensor: Sensor = self.sensor.value
        wide = self.lab.store.wide(
            self.lab.farm.name, self.house.number, metric=sensor.metric, start=self.start, until=self.until
        )
        return wide[sensor.column] if sensor.column in wide else wide.iloc[:, :0].sum(axis="columns")

    def _drawn(self, text: str) -> None:
        """What the mouse drew."""
        try:
            first, last = windows.drawn(text, self.start, self.until)
            self._choose(first, last)
        except FarmLabError as error:
            self._say(error)

    def _typed(self) -> None:
        """What was written as From and To, once both are there and differ from what is chosen."""
        texts = self.first.value, self.last.value
        shown = (self._local(self.chosen.start), self._local(self.chosen.end)) if self.chosen else ("", "")
        if not all(texts) or texts == shown:
            return
        try:
            first, last = sorted(clock.parse_time(text, self.lab.farm.timezone) for text in texts)
            if first <= self.start or last > self.until:
                raise DataError("not all of this time is shown", next_step="Move the plot there first.")
            self._choose(first, last)
        except FarmLabError as error:
            self._say(error)

    def _choose(self, first: datetime, last: datetime) -> None:
        self.chosen = windows.snapped(first, last, pd.DatetimeIndex(self._series().dropna().index))
        self._draw()

    def _move(self, by: int) -> None:
        self.until += by * timedelta(hours=self.span.value) * 0.5
        self._draw(forget=True)

    def _undo(self) -> None:
        mine = [label for label in self.labels() if label.by == self.by]
        if mine:
            self.remove(max(label.id for label in mine))

    def _line(self, label: Label) -> str:
        names = {sensor.source_key: sensor.label for sensor in self.lab.sensors(self.house.number)}
        note = f" – {label.note}" if label.note else ""
        where = names.get(label.sensor, label.sensor)
        return f"{where}: {label.kind}, {self._local(label.start)} – {self._local(label.end)}, by {label.by}{note}"

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(clock.zone(self.lab.farm.timezone)).strftime(_SHOWN)

    def _say(self, error: FarmLabError) -> None:
        self._tell(f"{str(error.what)[:1].upper()}{str(error.what)[1:]}. {error.next_step}")

    def _tell(self, text: str) -> None:
        self.message.value = f'<p role="status">{escape(text)}</p>'
