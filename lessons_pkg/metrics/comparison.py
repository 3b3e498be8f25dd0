"""Comparison: is A better than B, or was it chance?"""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np

from ._checks import array, numbers, whole_number
from ._student import probability_beyond, quantile


def bootstrap_interval(values, statistic=np.mean, confidence=0.95, n=2000, seed=0):
    """Return the percentile interval of a statistic over n resamples of the values.

    A resample draws N of the N rows, with replacement. The interval leaves out
    (1 - confidence) / 2 of the statistics at each end.

    values : (N,) or (N, ...), a row an example; rows are kept whole, so that for a metric
        give np.stack([predicted, target], axis=1) and lambda v: f1(v[:, 0], v[:, 1])
    statistic : function of such an array that gives one number
    seed : int, or a NumPy Generator
    Returns low, high.
    With few values (under about 20) it is too narrow. Rows that depend on one another (folds
    of one data set, images of one patient) make it too narrow at any N. Where the
    statistic raises on a resample (no positive is left in it), so does this.
    Raises TypeError or ValueError for under two rows, for what is not finite.
    Source: Efron 1979, "Bootstrap methods: another look at the jackknife"; the percentile
    interval as in Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.

    >>> bootstrap_interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    who = "bootstrap_interval"
    values = array(who, "values", values)
    values = numbers(who, "values", values, {max(values.ndim, 1): "(N, ...)"})
    _require_two(who, "values", len(values))
    _require_share(who, confidence)
    _require_function(who, statistic)
    n = whole_number(who, "n", n, 1)
    rng = np.random.default_rng(seed)
    draws = (rng.integers(len(values), size=len(values)) for _ in range(n))
    found = _one_number_each(who, [statistic(values[rows]) for rows in draws])
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class PairedDifference:
    """What paired_difference found: of A minus B."""

    mean: float
    standard_error: float
    interval: tuple[float, float]
    t: float
    p: float
    n: int


def paired_difference(a, b, confidence=0.95, test_over_train=0.0):
    """Compare paired scores by Student's t: d = a - b, t = mean d / standard error.

    standard error = sqrt((1/n + test_over_train) * s^2), with s^2 = sum (d - mean)^2 / (n - 1)

    a, b : (n,) scores of A and of B, each pair from one seed or one split
    test_over_train : 0 where the pairs are independent, such as new seeds on one split
        (which then speak for that split only). Where the n training parts overlap, as in
        repeated splits or k folds, the differences hang together and the plain error is
        too small: give the size of the test part over that of the training part (1/9 for
        ten folds).
    Returns a PairedDifference with mean, standard_error, interval (of that confidence),
    t, p (two-sided, n - 1 degrees of freedom; exact to about 1e-12) and n.
    Raises TypeError or ValueError for under two pairs, and for differences without spread.
    Source: "Student" 1908, "The probable error of a mean"; the correction: Nadeau and
    Bengio 2003, "Inference for the generalization error".

    >>> found = paired_difference([0.9, 0.8, 0.9, 0.8], [0.8, 0.8, 0.8, 0.8])
    >>> round(found.mean, 3), round(found.t, 3), round(found.p, 3)
    (0.05, 1.732, 0.182)
    """
    who = "paired_difference"
    difference = _paired(who, a, b)
    _require_share(who, confidence)
    _require_ratio(who, test_over_train)
    n, mean = len(difference), float(np.mean(difference))
    variance = np.var(difference, ddof=1)
    error = float(np.sqrt((1 / n + test_over_train) * variance))
    t = mean / error
    reach = quantile(confidence, n - 1) * error
    p = probability_beyond(t, n - 1)
    return PairedDifference(mean, error, (mean - reach, mean + reach), t, p, n)


def mcnemar(right_a, right_b):
    """Return the exact p that A and B, on the same N examples, err equally often.

    Only examples on which one of them alone is right tell them apart: b for A, c for B.
    If both were equally good, b would be the heads of b + c tosses of a fair coin:
    p = min(1, 2 sum_(k <= min(b, c)) binomial(b + c, k) / 2^(b + c)); 1 where b + c = 0.

    right_a, right_b : (N,) of 0 and 1 (or truth values): whether the answer was right
    It compares two trained models on one test part: chance in training is not in it.
    Raises TypeError or ValueError for what is not 0 or 1, for two lengths, for N = 0.
    Source: McNemar 1947, "Note on the sampling error of the difference between correlated
    proportions or percentages"; for models, Dietterich 1998.

    >>> mcnemar([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0])  # 5 tosses, all heads: 2 / 2^5
    0.0625
    """
    a, b = _right("right_a", right_a), _right("right_b", right_b)
    if len(a) != len(b) or not len(a):
        raise ValueError(
            f"mcnemar: right_a is for {len(a)} examples, and right_b for {len(b)}. "
            "Give both for the same examples, at least one."
        )
    only_a, only_b = int(np.sum(a & ~b)), int(np.sum(b & ~a))
    tosses = only_a + only_b
    term = tail = 1  # binomial(tosses, 0); each next term from the one before
    for k in range(min(only_a, only_b)):
        term = term * (tosses - k) // (k + 1)
        tail += term
    return min(1.0, 2 * tail / 2**tosses)  # whole numbers up to the division


def _right(name, values):
    values = numbers("mcnemar", name, values, {1: "(N,)"})
    strange = values[(values != 0) & (values != 1)]
    if len(strange):
        raise ValueError(
            f"mcnemar: {name} holds {strange[0]:g}, but must hold 1 for a right answer "
            "and 0 for a wrong one. Give (predicted == target)."
        )
    return values == 1


def _paired(who, a, b):
    a = numbers(who, "a", a, {1: "(n,)"}).astype(float)
    b = numbers(who, "b", b, {1: "(n,)"}).astype(float)
    if len(a) != len(b):
        raise ValueError(
            f"{who}: a has {len(a)} scores, but b has {len(b)}. "
            "Give both for the same seeds or splits, in the same order."
        )
    _require_two(who, "a and b", len(a))
    difference = a - b
    if np.ptp(difference) <= 1e-12 * max(np.abs(a).max(), np.abs(b).max()):
        raise ValueError(
            f"{who}: all {len(a)} differences are {difference[0]:g}, so that their "
            "spread is 0 and t is undefined. Were the seeds used? Report the difference."
        )
    return difference


def _require_two(who, name, n):
    if n < 2:
        raise ValueError(
            f"{who}: {name} hold {n} value{'s' * (n != 1)}, and from under two there "
            "is no spread to see. Give more seeds, splits or examples."
        )


def _require_share(who, confidence):
    if not (isinstance(confidence, Real) and 0 < confidence < 1):
        raise ValueError(
            f"{who}: confidence={confidence!r} is not between 0 and 1. "
            "Give 0.95 for 95 %."
        )


def _require_ratio(who, ratio):
    if not (isinstance(ratio, Real) and 0 <= ratio < math.inf):
        raise ValueError(
            f"{who}: test_over_train={ratio!r} is no ratio of two sizes. "
            "Give the size of the test part over that of the training part."
        )


def _require_function(who, statistic):
    if not callable(statistic):
        raise TypeError(
            f"{who}: statistic must be a function of the values, but "
            f"{type(statistic).__name__} came. Give the function itself: np.mean."
        )


def _one_number_each(who, found):
    if any(np.ndim(x) for x in found):
        raise ValueError(
            f"{who}: statistic gives arrays of shape {np.shape(found[0])}. "
            "Give a function that makes one number of the values."
        )
    return numbers(who, "what statistic gives", found, {1: "(n,)"}).astype(float)
