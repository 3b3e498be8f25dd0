"""What a search keeps: every trial, also those that failed."""

import copy
import math
import time
from numbers import Integral

import numpy as np


class Search:
    """The trials of a search in the order in which they ran.

    trials : list of dicts with params, score, seconds, error. A trial failed if evaluate
             raised an error or gave no finite number: its score is NaN, its error says
             why. Of those that succeeded, error is None.
    """

    def __init__(self):
        self.trials = []

    @property
    def best_params(self):
        """The settings with the highest score; of several the first tried."""
        return self._best()["params"]

    @property
    def best_score(self):
        """The highest score."""
        return self._best()["score"]

    @property
    def best_so_far(self):
        """The highest score after 1, 2, ... trials, (n_trials,); NaN before the first."""
        return np.fmax.accumulate([trial["score"] for trial in self.trials])

    @property
    def failed(self):
        """The trials that failed."""
        return [trial for trial in self.trials if trial["error"] is not None]

    def __repr__(self):
        n, failed = len(self.trials), len(self.failed)
        if failed == n:
            return f"Search: {n} trials{', all failed' if n else ''}"
        said = f", {failed} failed" if failed else ""
        return (
            f"Search: {n} trials{said}; best {self.best_score:.6g}: {self.best_params}"
        )

    def run(self, evaluate, params):
        """Evaluate one choice of settings and keep the trial."""
        start = time.perf_counter()
        try:
            score, error = _score(evaluate(copy.deepcopy(params)))
        except Exception as raised:
            score, error = math.nan, f"{type(raised).__name__}: {raised}"
        seconds = time.perf_counter() - start
        self.trials.append(
            {"params": params, "score": score, "seconds": seconds, "error": error}
        )

    def _best(self):
        if not self.trials:
            raise ValueError(
                "Search: no trial has run, so none is the best. Call run first, or make "
                "the Search with random_search."
            )
        good = [trial for trial in self.trials if trial["error"] is None]
        if not good:
            raise ValueError(
                f"Search: all {len(self.trials)} trials failed, so none is the best. "
                f"The first said: {self.trials[0]['error']}"
            )
        return max(good, key=lambda trial: trial["score"])


def check_evaluate(who, evaluate):
    """Raise TypeError for what cannot be called."""
    if not callable(evaluate):
        raise TypeError(
            f"{who}: evaluate must be a function of a dict of settings, but "
            f"{type(evaluate).__name__} came. Give the function itself, not its result."
        )


def check_count(who, name, n):
    """Raise ValueError for a number of trials that is none."""
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
        raise ValueError(
            f"{who}: {name} must be a whole number of 1 or more, but {n!r} came."
        )


def _score(returned):
    try:
        score = float(returned)
    except (TypeError, ValueError):
        kind = type(returned).__name__
        return math.nan, f"evaluate must return a number, but {kind} came"
    if math.isfinite(score):
        return score, None
    return math.nan, f"evaluate must return a finite number, but {score} came"
