"""Forecaster: the interface that the forecasters share, and intervals from residuals."""

import math

import numpy as np

from . import _checks as checks

LARGEST = 1e150


class Forecaster:
    """Forecast a series from its last `n_back` values. A kind of it defines _steps.

    fit(x) learns from the past of a series; forecast(history, horizon) goes on from any
    history; interval(history, horizon, coverage) says how far off it may be.
    """

    n_back = 1
    learns = False  # whether forecast needs fit first

    def __init__(self):
        self.training = None

    def fit(self, x):
        """Learn from the series x (T,), and keep it for the intervals; return self.

        Raises ValueError for what is no series, or too short a one.
        """
        x = checks.series(self._who(), "x", x, self._least())
        if np.abs(x).max() > LARGEST:
            raise ValueError(
                f"{self._who()}: x reaches {np.abs(x).max():g}, whose square is beyond the "
                "range of floats. Divide the series by a number first."
            )
        self._learn(x)
        self.training = x
        return self

    def forecast(self, history, horizon):
        """Return the next `horizon` values after history (T,), as (horizon,).

        Only the last n_back values of the history are looked at. Later values are told
        from forecasts of earlier ones. Raises ValueError for a history that is too short.
        """
        if self.learns:
            self._require_fit()
        history = checks.series(self._who(), "history", history, self.n_back)
        return self._checked_steps(history[None, -self.n_back :], horizon)[0]

    def residuals(self, horizon):
        """Return x_(t+h) - forecast at t, for each time t of the training series.

        Returns (N, horizon), h = 1 ... horizon. For what was fitted on the same series
        they are somewhat too small. Raises ValueError before fit, or for too short a series.
        """
        self._require_fit()
        x = self.training
        checks.whole_number(self._who(), "horizon", horizon, 1)
        checks.series(self._who(), "the training series", x, self.n_back + horizon)
        windows = np.lib.stride_tricks.sliding_window_view(x, self.n_back + horizon)
        past, future = windows[:, : self.n_back], windows[:, self.n_back :]
        return future - self._checked_steps(past, horizon)

    def interval(self, history, horizon, coverage=0.9):
        """Return lower and upper bounds, (horizon,) each, for the next values.

        They are the forecast plus `residual_interval` of the residuals at each distance.
        Residuals several steps ahead overlap, and so tell less than their number suggests:
        on a short series the intervals further ahead are too narrow. Of a random walk of
        40 values, those of 90 % held about 74 % of what came 10 steps ahead (Naive).
        Raises ValueError before fit, and for too few residuals.
        """
        around = self.forecast(history, horizon)
        lower, upper = residual_interval(self.residuals(horizon), coverage)
        return around + lower, around + upper

    def _learn(self, x):
        """Learn from x (T,); what learns nothing leaves it so."""

    def _steps(self, past, horizon):
        """Return the forecasts (N, horizon) after each row of past (N, n_back)."""
        raise NotImplementedError(f"{self._who()}: _steps is missing. Define it.")

    def _checked_steps(self, past, horizon):
        horizon = checks.whole_number(self._who(), "horizon", horizon, 1)
        with np.errstate(all="ignore"):
            steps = self._steps(past, horizon)
        if not np.isfinite(steps).all():
            raise ValueError(
                f"{self._who()}: the forecast grows beyond the range of floats within "
                f"horizon={horizon}. Give a shorter horizon, or fit on other data."
            )
        return steps

    def _least(self):
        return self.n_back

    def _who(self):
        return type(self).__name__

    def _require_fit(self):
        if self.training is None:
            raise ValueError(
                f"{self._who()}: nothing was fitted yet. Call fit(x) on the training series "
                "first."
            )


def residual_interval(residuals, coverage=0.9):
    """Return the quantiles of residuals between which a share `coverage` of them lies.

    residuals : (N, horizon), true value minus forecast; of any forecaster, best on data it
        was not fitted on
    coverage : between 0 and 1
    Returns lower, upper, (horizon,) each, to add to a forecast: the values at the ranks
    (N + 1) (1 -+ coverage) / 2, between which a new residual falls with about that chance
    if all are independent draws from one distribution, whatever that is; with exactly that
    chance where the ranks are whole and the distribution has no steps.
    Raises ValueError for fewer than 2 / (1 - coverage) - 1 residuals: 19 for 0.9.
    Source: tolerance limits, Wilks 1941, "Determination of sample sizes for setting
    tolerance limits".

    >>> lower, upper = residual_interval(np.arange(19.0)[:, None], coverage=0.9)
    >>> lower.round(6), upper.round(6)  # the smallest and the largest of 19
    (array([0.]), array([18.]))
    """
    coverage = _share(coverage)
    least = math.ceil(2 / (1 - coverage) - 1 - 1e-9)
    tails = (1 - coverage) / 2, (1 + coverage) / 2
    residuals = _many(residuals, least, coverage)
    return tuple(np.quantile(residuals, tails, axis=0, method="weibull"))


def _share(coverage):
    if not isinstance(coverage, float | np.floating) or not 0 < coverage < 1:
        raise ValueError(
            f"residual_interval: coverage={coverage!r} must lie between 0 and 1. "
            "For 90 % write 0.9."
        )
    return float(coverage)


def _many(residuals, least, coverage):
    residuals = checks.as_array("residual_interval", "residuals", residuals)
    if residuals.ndim != 2 or len(residuals) < least:
        raise ValueError(
            f"residual_interval: for coverage={coverage} residuals must have shape "
            f"(N, horizon) with N at least {least}, but came with shape "
            f"{residuals.shape}. Give a longer series, or a smaller coverage."
        )
    if residuals.dtype.kind not in "iuf" or not np.isfinite(residuals).all():
        raise ValueError(
            "residual_interval: residuals hold what is no finite number. "
            "Leave out the forecasts that have no true value yet."
        )
    return residuals
