"""Regression: how far are predicted numbers from the true ones?"""

import numpy as np

from ._checks import array, not_empty, numbers

SHAPES = {1: "(N,)", 2: "(N, K)"}


def mean_squared_error(predicted, target):
    """Return the mean of the squared differences, (1/N) sum_n (predicted_n - target_n)^2.

    predicted, target : (N,) or (N, K) numbers, of one shape; the mean is over all entries
    Nothing is halved: some books take 1/(2N), or the sum, which have the same minimum.
    Raises TypeError or ValueError for what are not finite numbers, for two shapes, for N = 0.
    Source: Gauss 1809 and 1823 (least squares; the mean error).

    >>> mean_squared_error([1.0, 4.0], [1.0, 2.0])
    2.0
    """
    error = _difference("mean_squared_error", predicted, target)
    return float(np.mean(error**2))


def mean_absolute_error(predicted, target):
    """Return the mean of the distances, (1/N) sum_n |predicted_n - target_n|.

    predicted, target : (N,) or (N, K) numbers, of one shape; the mean is over all entries
    Its unit is that of the target, and one far outlier counts only by its distance.
    Raises TypeError or ValueError as mean_squared_error does.
    Source: Willmott and Matsuura 2005, on its use beside the squared error.

    >>> mean_absolute_error([1.0, 4.0], [1.0, 2.0])
    1.0
    """
    error = _difference("mean_absolute_error", predicted, target)
    return float(np.mean(np.abs(error)))


def r2(predicted, target):
    """Return the coefficient of determination, 1 - sum (y - p)^2 / sum (y - mean y)^2.

    predicted, target : (N,) or (N, K) numbers p and y, of one shape; K columns are averaged
    1 is perfect, 0 what the mean of these targets gets, and below 0 is worse than that.
    It is no square: the square of the correlation only where a line was fitted to these y.
    Raises TypeError or ValueError as mean_squared_error does, and for a constant target,
    and where squares are too large or too small for a float.
    Source: Wright 1921, "Correlation and causation"; this form as in Kvalseth 1985.

    >>> r2([1.0, 2.0, 6.0], [1.0, 2.0, 3.0])
    -3.5
    """
    error = _difference("r2", predicted, target)
    y = array("r2", "target", target).astype(float).reshape(len(error), -1)  # (N, K)
    if (y == y[0]).all(axis=0).any():
        raise ValueError(
            "r2: the target is constant, so that there is no spread to explain and "
            "R^2 is undefined. Give targets that differ, or use mean_squared_error."
        )
    with np.errstate(all="ignore"):  # what leaves the range is refused below
        spread = np.sum((y - y.mean(axis=0)) ** 2, axis=0)
        share = np.mean(1 - np.sum(error.reshape(y.shape) ** 2, axis=0) / spread)
    if not np.isfinite(share):
        raise ValueError(
            "r2: the squares leave the range of floats, so that R^2 cannot be computed. "
            "Divide predicted and target by one number first: R^2 stays the same."
        )
    return float(share)


def _difference(who, predicted, target):
    predicted = numbers(who, "predicted", predicted, SHAPES).astype(float)
    target = numbers(who, "target", target, SHAPES).astype(float)
    if predicted.shape != target.shape:
        raise ValueError(
            f"{who}: predicted has shape {predicted.shape}, but target has shape "
            f"{target.shape}. Give both one shape, or NumPy pairs each row with others."
        )
    not_empty(who, predicted, target)
    with np.errstate(over="ignore"):
        return predicted - target
