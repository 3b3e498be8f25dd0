"""Calibration: does it happen as often as the probabilities say?

Probabilities are those of class 1, (N,), or of all classes, (N, C), where it says so.
"""

import numpy as np

from ._checks import believed, distributions, whole_number

STRATEGIES = ("uniform", "quantile")


def calibration_curve(probabilities, target, n_bins=10, strategy="uniform"):
    """Return, for each bin of probabilities, the share of 1 and the mean probability.

    probabilities : (N,) of class 1; target : (N,) of 0 and 1
    strategy : "uniform" for bins of one width from 0 to 1, "quantile" for bins with about
        as many examples each
    Returns share, mean_predicted, counts, (B,) each: empty bins are left out. A value on
    an edge belongs to the bin below.
    Raises TypeError or ValueError for what are not probabilities of class 1, for N = 0.
    Source: Niculescu-Mizil and Caruana 2005, "Predicting good probabilities with
    supervised learning".

    >>> share, mean, counts = calibration_curve([0.1, 0.3, 0.8, 0.9], [0, 1, 1, 1], n_bins=2)
    >>> share, mean, counts
    (array([0.5, 1. ]), array([0.2 , 0.85]), array([2, 2]))
    """
    p, target = believed("calibration_curve", probabilities, target)
    return _curve("calibration_curve", p, target, n_bins, strategy)


def expected_calibration_error(probabilities, target, n_bins=10, strategy="uniform"):
    """Return sum_b (n_b / N) |share_b - mean_b|, the mean gap of the calibration curve.

    probabilities : (N,) of class 1; target : (N,) of 0 and 1
    Returns a float from 0 to 1. It depends on the bins: say which were used.
    For C classes give the confidence, and whether the answer is right:
    expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == target).
    Raises TypeError or ValueError as calibration_curve does.
    Source: Naeini, Cooper and Hauskrecht 2015; with the confidence, Guo, Pleiss, Sun and
    Weinberger 2017, "On calibration of modern neural networks".

    >>> round(expected_calibration_error([0.1, 0.3, 0.8, 0.9], [0, 1, 1, 1], n_bins=2), 4)
    0.225
    """
    p, target = believed("expected_calibration_error", probabilities, target)
    found = _curve("expected_calibration_error", p, target, n_bins, strategy)
    share, mean_predicted, counts = found
    return float(np.sum(counts * np.abs(share - mean_predicted)) / len(p))


def brier_score(probabilities, target):
    """Return the mean squared error of the probabilities, (1/N) sum_n (p_n - y_n)^2.

    probabilities : (N,) of class 1, or (N, C); target : (N,) classes from 0
    For more than two classes the squares are summed over the classes, sum_k (p_k - y_k)^2
    with y one-hot, as Brier did; for two, class 1 alone counts, which is half of that.
    Raises TypeError or ValueError for what are not probabilities, for N = 0.
    Source: Brier 1950, "Verification of forecasts expressed in terms of probability".

    >>> round(brier_score([0.9, 0.2], [1, 0]), 4)  # (0.1^2 + 0.2^2) / 2
    0.025
    """
    p, target = distributions("brier_score", probabilities, target)
    p = p.astype(float)
    squares = np.sum((p - np.eye(p.shape[1])[target]) ** 2, axis=1)
    return float(np.mean(squares) / (2 if p.shape[1] == 2 else 1))


def log_loss(probabilities, target):
    """Return the mean cross-entropy, -(1/N) sum_n log p_n[y_n], in nats.

    probabilities : (N,) of class 1, or (N, C); target : (N,) classes from 0
    As in scikit-learn, each p is kept eps away from 0 and 1 (eps of its dtype): one answer
    that was called impossible costs 36 in float64, not infinity.
    Raises TypeError or ValueError for what are not probabilities, for N = 0.
    Source: Good 1952, "Rational decisions".

    >>> round(log_loss([0.5, 0.25], [1, 0]), 4)  # (log 2 + log 4/3) / 2
    0.4904
    """
    p, target = distributions("log_loss", probabilities, target)
    eps = np.finfo(p.dtype).eps
    of_truth = p[np.arange(len(p)), target].astype(float)
    return float(-np.mean(np.log(np.clip(of_truth, eps, 1 - eps))))


def _curve(who, p, target, n_bins, strategy):
    p = p.astype(float)
    inner = _edges(who, p, n_bins, strategy)[1:-1]
    counts, sums, ones = _tallies(np.searchsorted(inner, p), p, target)
    return ones / counts, sums / counts, counts


def _tallies(bins, p, target):
    """How many are in each bin that is not empty; the sum of p; the ones among them."""
    counts = np.bincount(bins)
    full = counts > 0
    sums, ones = (np.bincount(bins, weights=w)[full] for w in (p, target))
    return counts[full], sums, ones


def _edges(who, p, n_bins, strategy):
    n_bins = whole_number(who, "n_bins", n_bins, 1)
    if strategy not in STRATEGIES:
        raise ValueError(
            f"{who}: strategy={strategy!r} is none of 'uniform', 'quantile'. "
            "Give one of them."
        )
    even = np.linspace(0, 1, n_bins + 1)
    return even if strategy == "uniform" else np.percentile(p, 100 * even)
