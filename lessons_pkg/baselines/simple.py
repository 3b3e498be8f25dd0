"""Simple forecasters: the last value, the value a season ago, a straight line."""

import numpy as np

from . import _checks as checks
from .forecaster import Forecaster


class Naive(Forecaster):
    """Forecast the last value for ever: x_(T+h) = x_T, the best for a random walk.

    Source: Hyndman and Athanasopoulos 2021, "Forecasting: principles and practice".

    >>> Naive().forecast([3.0, 5.0], horizon=2)
    array([5., 5.])
    """

    def _steps(self, past, horizon):
        return np.repeat(past[:, -1:], horizon, axis=1)


class SeasonalNaive(Forecaster):
    """Forecast the value at the same place of the last season.

    x_(T+h) = x_(T+h-period), and where that is not known yet, x_(T+h-2 period), and so on.
    period : the length of a season, 12 for months with a yearly one
    Raises ValueError for a period that is no whole number from 1.
    Source: Hyndman and Athanasopoulos 2021, "Forecasting: principles and practice".

    >>> SeasonalNaive(period=2).forecast([3.0, 5.0, 4.0], horizon=3)
    array([5., 4., 5.])
    """

    def __init__(self, period):
        super().__init__()
        self.period = checks.whole_number("SeasonalNaive", "period", period, 1)
        self.n_back = self.period

    def _steps(self, past, horizon):
        return past[:, np.arange(horizon) % self.period]


class Drift(Forecaster):
    """Go on from the last value with the mean step of the training series.

    x_(T+h) = x_T + h * slope, slope = (last - first) / (T - 1) of what was fitted: the line
    through its first and its last value.
    Source: Hyndman and Athanasopoulos 2021, "Forecasting: principles and practice".

    >>> Drift().fit([1.0, 2.0, 5.0]).forecast([5.0], horizon=2)  # steps of 2
    array([7., 9.])
    """

    learns = True

    def _learn(self, x):
        self.slope = (x[-1] - x[0]) / (len(x) - 1)

    def _least(self):
        return 2

    def _steps(self, past, horizon):
        return past[:, -1:] + self.slope * np.arange(1, horizon + 1)
