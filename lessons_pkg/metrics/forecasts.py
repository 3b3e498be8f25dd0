"""Forecasts: are they better than repeating the past, and are the intervals honest?"""

import numpy as np

from ._checks import not_empty, numbers, whole_number

SHAPES = {1: "(N,)", 2: "(N, K)"}


def mean_absolute_scaled_error(predicted, target, training, period=1):
    """Return the mean distance over that of the naive forecast on the training series.

    mean |target - predicted| / mean |x_t - x_(t - period)|, x the training series
    predicted, target : (N,) or (N, K) numbers, of one shape
    training : (T,) the series that came before, T > period
    period : 1 compares with repeating the last value, 12 for months with repeating the
        value of a year before
    Returns a float from 0; below 1 is better than that forecast was, one step ahead, on the
    training series. It has no unit, so that series can be compared.
    Raises TypeError or ValueError for what are not finite numbers, for two shapes, for a
    training series that is too short or repeats itself exactly.
    Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy".

    >>> mean_absolute_scaled_error([5.0], [6.0], [1.0, 3.0, 5.0])  # 1 over steps of 2
    0.5
    """
    who = "mean_absolute_scaled_error"
    predicted, target = _alike(who, predicted=predicted, target=target)
    with np.errstate(all="ignore"):  # what leaves the range is refused below
        error = np.mean(np.abs(target - predicted))
        scaled = error / _naive_error(who, training, period)
    if not np.isfinite(scaled):
        raise ValueError(
            f"{who}: the errors leave the range of floats. Divide predicted, target and "
            "training by one number first: the result stays the same."
        )
    return float(scaled)


def interval_coverage(lower, upper, target):
    """Return the share of targets from lower to upper, both included.

    lower, upper, target : (N,) or (N, K) numbers, of one shape
    Returns a float from 0 to 1. For an honest 90 % interval about 0.9; wide intervals
    cover too much, so look at their width as well.
    Raises TypeError or ValueError for what are not finite numbers, for two shapes, for a
    lower bound above its upper one, for N = 0.
    Source: Christoffersen 1998, "Evaluating interval forecasts".

    >>> interval_coverage([0, 0, 0], [1, 1, 1], [0.5, 1.0, 2.0]) == 2 / 3
    True
    """
    who = "interval_coverage"
    lower, upper, target = _alike(who, lower=lower, upper=upper, target=target)
    crossed = lower > upper
    if crossed.any():
        index = tuple(int(i) for i in np.argwhere(crossed)[0])
        raise ValueError(
            f"{who}: at index {list(index)} lower is {lower[index]:g} and upper "
            f"{upper[index]:g}, an interval that is empty. Give the lower bounds first."
        )
    return float(np.mean((lower <= target) & (target <= upper)))


def pinball_loss(predicted, target, quantile):
    """Return the mean of q d where d = target - predicted >= 0, and of (q - 1) d elsewhere.

    predicted, target : (N,) or (N, K) numbers, of one shape
    quantile : q, from 0 to 1; for the lower end of a 90 % interval 0.05
    Returns a float from 0, smallest when a share q of the targets lies below. For q = 1/2
    it is half of the mean absolute error.
    Raises TypeError or ValueError as mean_squared_error does, and for another q.
    Source: Koenker and Bassett 1978, "Regression quantiles".

    >>> pinball_loss([1.0, 1.0], [3.0, 0.0], 0.75)  # (0.75 * 2 + 0.25 * 1) / 2
    0.875
    """
    if not isinstance(quantile, int | float | np.number) or not 0 <= quantile <= 1:
        raise ValueError(
            f"pinball_loss: quantile={quantile!r} must be a number from 0 to 1. "
            "For the lower end of a 90 % interval write 0.05."
        )
    predicted, target = _alike("pinball_loss", predicted=predicted, target=target)
    with np.errstate(over="ignore"):
        d = target - predicted
        return float(np.mean(np.maximum(quantile * d, (quantile - 1) * d)))


def _alike(who, **given):
    """Return what was given as floats, where all are of one shape and not empty."""
    arrays = {
        name: numbers(who, name, values, SHAPES).astype(float)
        for name, values in given.items()
    }
    (first, a), *others = arrays.items()
    for name, b in others:
        if a.shape != b.shape:
            raise ValueError(
                f"{who}: {first} has shape {a.shape}, but {name} has shape {b.shape}. "
                "Give both one shape, or NumPy pairs each row with others."
            )
    not_empty(who, a, b, first)
    return arrays.values()


def _naive_error(who, training, period):
    x = numbers(who, "training", training, {1: "(T,)"}).astype(float)
    period = whole_number(who, "period", period, 1)
    if len(x) <= period:
        raise ValueError(
            f"{who}: training has {len(x)} values, which is too short for "
            f"period={period}. Give more than one period."
        )
    error = np.mean(np.abs(x[period:] - x[:-period]))
    if error == 0:
        raise ValueError(
            f"{who}: training repeats itself exactly after {period}, so that the naive "
            "forecast has no error to divide by. Use mean_absolute_error."
        )
    return error
