"""Autoregression: forecast a series by a linear regression on its own past."""

import numpy as np

from . import _checks as checks
from .forecaster import Forecaster


class LinearAR(Forecaster):
    """Forecast x_t = intercept + sum_k coefficients[k - 1] x_(t-k), k = 1 ... n_lags.

    The coefficients have the least squared error one step ahead on the training series.
    Further ahead, forecasts stand in for the values that are not known yet.

    n_lags : how many of the last values are looked at
    After fit: intercept, and coefficients (n_lags,), that of the last value first.
    Raises ValueError for n_lags that is no whole number from 1; in fit for fewer than
    2 n_lags + 1 values.
    Source: Yule 1927, "On a method of investigating periodicities in disturbed series,
    with special reference to Wolfer's sunspot numbers".

    >>> x = [1.0, 3.0, 7.0, 15.0]  # each is twice the last, and 1 more
    >>> LinearAR(n_lags=1).fit(x).forecast(x, horizon=2).round(6)
    array([31., 63.])
    """

    learns = True

    def __init__(self, n_lags):
        super().__init__()
        self.n_lags = checks.whole_number("LinearAR", "n_lags", n_lags, 1)
        self.n_back = self.n_lags

    def _learn(self, x):
        mean = x.mean()  # taken off, so that a large offset costs no digits
        windows = np.lib.stride_tricks.sliding_window_view(x - mean, self.n_lags + 1)
        past = np.column_stack([windows[:, -2::-1], np.ones(len(windows))])
        *weights, offset = np.linalg.lstsq(past, windows[:, -1], rcond=None)[0]
        self.coefficients = np.array(weights)
        self.intercept = float(offset + mean * (1 - self.coefficients.sum()))

    def _least(self):
        return 2 * self.n_lags + 1

    def _steps(self, past, horizon):
        known = np.empty((len(past), self.n_lags + horizon))
        known[:, : self.n_lags] = past
        for t in range(self.n_lags, known.shape[1]):
            last = known[:, t - self.n_lags : t][:, ::-1]
            known[:, t] = self.intercept + last @ self.coefficients
        return known[:, self.n_lags :]
