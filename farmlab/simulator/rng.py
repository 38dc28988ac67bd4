"""Random numbers that depend on what they are for, not on who asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats


def generator(seed: int, stream: str, *keys: int) -> np.random.Generator:
    """The generator of one stream of a farm, such as the sensor noise of one day.

    >>> generator(7, "noise", 3).random() == generator(7, "noise", 3).random()
    True
    """
    words = [seed, crc32(stream.encode()), *(key & 0xFFFFFFFF for key in keys)]
    return np.random.default_rng(np.random.SeedSequence(words))


def wave(seed: int, stream: str, hours: Floats, *, period_h: float) -> Floats:
    """Smooth noise with about one wave in two periods, mean 0 and standard deviation about 0.75.

    Value noise: cosine interpolation between normal knots, so any moment can be had without the past.
    """
    position = hours / period_h
    first, last = int(np.floor(position[0])), int(np.floor(position[-1])) + 2
    knots = np.array([generator(seed, stream, knot).standard_normal() for knot in range(first, last + 1)])
    left = np.floor(position).astype(int) - first
    share = 0.5 - 0.5 * np.cos(np.pi * (position - np.floor(position)))
    return np.asarray(knots[left] * (1 - share) + knots[left + 1] * share)
