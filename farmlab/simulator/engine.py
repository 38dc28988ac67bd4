"""The farm going forward: block after block, the same whoever asks and in whatever pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmlab.simulator import birds, faults, plan, sensing, state, structure
from farmlab.simulator.climate import Climate
from farmlab.simulator.effects import Effects
from farmlab.simulator.timeline import BLOCK, Day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.faults import Fault
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.state import State


class Engine:
    """All houses of one farm; ``state`` is where it stands."""

    def __init__(self, *, seed: int, houses: int, anchor: Day, now: State | None = None, start: int = 0) -> None:
        self.seed = seed
        self.anchor = anchor
        self.structure = structure.build(seed, houses)
        self._faults: Sequence[Fault] = ()
        self._climate = Climate(self.structure)
        self._panel = sensing.Panel(self.structure)
        self._well = Effects.none(self.structure)
        self._plans: dict[int, DayPlan] = {}
        self._newest: tuple[int, Effects] = (-1, self._well)
        self.state = now or state.begin(self.structure, self.plan(start))

    def befall(self, faults: Sequence[Fault]) -> None:
        """What goes wrong from here on."""
        self._faults = faults
        self._newest = (-1, self._well)

    def plan(self, minute: int) -> DayPlan:
        """The plan of the farm's day in which this minute lies."""
        day = next((kept.day for kept in self._plans.values() if kept.day.start <= minute < kept.day.end), None)
        day = day or Day.of(minute, self.anchor.zone)
        if day.start not in self._plans:
            recent = sorted(self._plans)[-1:]
            self._plans = {start: self._plans[start] for start in recent}
            self._plans[day.start] = plan.make(self.seed, self.structure, day, self.anchor)
        return self._plans[day.start]

    def forward(self, until: int, show: Callable[[int, Floats], None], *, every: int) -> None:
        """Go on to this minute; ``show`` gets the screens (column, house) at each multiple of ``every``."""
        while self.state.minute + BLOCK <= until:
            self._block(show, every)

    def rounded(self, rows: Floats) -> Floats:
        """Screens (time, column, house) as coarse as they are shown."""
        return self._panel.rounded(rows)

    def _block(self, show: Callable[[int, Floats], None], every: int) -> None:
        now = self.state
        today = self.plan(now.minute)
        at = (now.minute - today.day.start) // BLOCK
        effects = self._effects(today, at)
        running = self._climate.block(now, today, at, effects)
        used = birds.block(now, self.structure, today, at, effects, seed=self.seed)
        now.minute += BLOCK
        if now.minute == today.day.end:
            now.midnight()
            today = self.plan(now.minute)
        at = (now.minute - today.day.start) // BLOCK
        row = self._panel.row(now, today, at, self._effects(today, at), running, used)
        if now.minute % every == 0:
            show(now.minute, row)

    def _effects(self, today: DayPlan, at: int) -> Effects:
        """What is wrong in the block that begins at step ``at``: what its end is seen with, the next begins with."""
        minute = today.day.start + at * BLOCK
        if self._newest[0] != minute:
            self._newest = (minute, self._effects_at(minute, today.chance[at, sensing.FAULTS]))
        return self._newest[1]

    def _effects_at(self, minute: int, chance: Floats) -> Effects:
        active = [fault for fault in self._faults if fault.is_active(minute)]
        if not active:
            return self._well
        effects = self._well.copy()
        faults.apply(effects, active, minute, chance)
        return effects
