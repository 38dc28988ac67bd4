"""A house going forward: block after block, the same whoever asks and in whatever pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmlab.simulator import birds, faults, plan, sensing, state
from farmlab.simulator.climate import Climate
from farmlab.simulator.effects import Effects
from farmlab.simulator.timeline import BLOCK, Day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.faults import Fault
    from farmlab.simulator.plan import HousePlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure


class Engine:
    """One house; ``state`` is where it stands."""

    def __init__(self, seed: int, structure: Structure, *, anchor: Day, start: int, now: State | None = None) -> None:
        self.seed = seed
        self.structure = structure
        self.anchor = anchor
        self._climate = Climate(structure)
        self._panel = sensing.Panel(structure)
        self._plan: HousePlan | None = None
        self.state = now or state.begin(self.plan(start))

    def plan(self, minute: int) -> HousePlan:
        """The plan of the farm's day in which this minute lies."""
        kept = self._plan
        if kept is None or not kept.day.start <= minute < kept.day.end:
            day = Day.of(minute, self.anchor.zone)
            kept = self._plan = plan.make(self.seed, self.structure, day, self.anchor)
        return kept

    def forward(self, until: int, wrong: Sequence[Fault], *, every: int) -> tuple[list[int], list[list[float]]]:
        """Go on to this minute; the screens (column) at each multiple of ``every``, and their minutes.

        ``wrong`` are the faults of this house.
        """
        minutes: list[int] = []
        rows: list[list[float]] = []
        effects = self._effects(wrong)
        while self.state.minute + BLOCK <= until:
            row, effects = self._block(effects, wrong)
            if self.state.minute % every == 0:
                minutes.append(self.state.minute)
                rows.append(row)
        return minutes, rows

    def rounded(self, rows: Floats) -> Floats:
        """Screens (time, column) as coarse as they are shown."""
        return self._panel.rounded(rows)

    def _block(self, effects: Effects, wrong: Sequence[Fault]) -> tuple[list[float], Effects]:
        """One block; what is shown at its end, and what is wrong from there on."""
        now, today = self.state, self.plan(self.state.minute)
        at = (now.minute - today.day.start) // BLOCK
        running = self._climate.block(now, today, at, effects)
        feeding = birds.block(now, self.structure, today, at, effects, seed=self.seed)
        now.minute += BLOCK
        if now.minute == today.day.end:
            now.midnight()
            today = self.plan(now.minute)
        effects = self._effects(wrong)
        at = (now.minute - today.day.start) // BLOCK
        return self._panel.row(now, today, at, effects, running, feeding), effects

    def _effects(self, wrong: Sequence[Fault]) -> Effects:
        effects = Effects([1.0] * self.structure.side_fans, [1.0] * self.structure.tunnel_fans)
        minute = self.state.minute
        active = [fault for fault in wrong if fault.is_active(minute)]
        if active:
            today = self.plan(minute)
            chance = today.chance[(minute - today.day.start) // BLOCK][sensing.FAULTS]
            faults.apply(effects, active, minute, chance)
        return effects
