"""Baselines: what a recurrent network has to beat.

NGram counts what followed the last few tokens. The forecasters share three methods: fit(x)
on the past of a series, forecast(history, horizon), interval(history, horizon, coverage).
"""

from .autoregression import LinearAR
from .forecaster import Forecaster, residual_interval
from .ngram import NGram
from .simple import Drift, Naive, SeasonalNaive

__all__ = [
    "Drift",
    "Forecaster",
    "LinearAR",
    "NGram",
    "Naive",
    "SeasonalNaive",
    "residual_interval",
]
