"""The clock: two functions measured in turn, so that what slows the machine slows both."""

import gc
import time
from dataclasses import dataclass

import numpy as np

BLOCK, PAIRS = 0.1, 9  # seconds, and how many


@dataclass(frozen=True)
class Times:
    """Seconds a call, one entry a pair of blocks."""

    ours: np.ndarray
    theirs: np.ndarray

    @property
    def ratio(self):
        """Median over the pairs of our time over theirs."""
        return float(np.median(self.ours / self.theirs))

    @property
    def quartiles(self):
        """What half of the pairs' ratios lie between."""
        return np.quantile(self.ours / self.theirs, [0.25, 0.75])


def in_turn(ours, theirs, block=BLOCK, pairs=PAIRS):
    """Time two functions of no arguments: A B, then B A, and so on.

    block : seconds that one measurement lasts, or one call if that takes longer
    The ratio is taken within a pair, whose two blocks lie a moment apart.
    """
    functions = (ours, theirs)
    repeats = [max(1, round(block / _once(f))) for f in functions]
    found = np.empty((pairs, 2))
    for i in range(pairs):
        for which in (0, 1) if i % 2 == 0 else (1, 0):
            found[i, which] = _block(functions[which], repeats[which])
    return Times(*found.T)


def _once(function):
    """Seconds of one call, the faster of two: the first one warms up."""
    return min(_block(function, 1), _block(function, 1))


def _block(function, repeats):
    """Seconds a call, over several calls."""
    gc.collect()  # nobody pays for what the other one left behind
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats
