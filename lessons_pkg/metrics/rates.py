"""Precision, recall, F1, specificity: shares of what was found, and of what was there.

For one class, the positive one: TP its examples found, FN those missed, FP others taken
for it, TN all the rest.
"""

from typing import NamedTuple

import numpy as np

from ._checks import classes, pair

AVERAGES = ("binary", "macro", "micro", "weighted", None)


def precision(predicted, target, average="binary", positive=1, zero_division="error"):
    """Return the share of the predicted positives that are right, TP / (TP + FP).

    predicted, target : (N,) classes
    average : "binary" for the class `positive` alone; or over the classes that occur:
        "macro" their mean, "weighted" their mean by how often each is there, "micro" all
        counts together (which is the accuracy), None an array, from the lowest class on
    zero_division : what 0 / 0 counts as: "error", or 0, 1, nan (left out of the means)
    Raises ValueError where it is undefined: nothing is predicted positive.
    Source: Kent, Berry, Luehrs and Perry 1955, "Machine literature searching VIII", there
    as the pertinency factor; the averages as in van Rijsbergen 1979.

    >>> precision([1, 1, 1, 0], [1, 0, 1, 1])
    0.6666666666666666
    """
    count = _count("precision", predicted, target, average, positive)
    why = "class {} is never predicted, so that TP + FP is 0"
    shares = _shares("precision", count.right, count.said, count, why, zero_division)
    return _averaged(shares, count, average)


def recall(predicted, target, average="binary", positive=1, zero_division="error"):
    """Return the share of the true positives that are found, TP / (TP + FN).

    predicted, target : (N,) classes
    average, zero_division : as in precision
    Raises ValueError where it is undefined: no target is positive.
    Source: Kent and others 1955, there as the recall factor. Also called sensitivity,
    or the true positive rate.

    >>> recall([1, 1, 1, 0], [1, 0, 0, 0])
    1.0
    """
    count = _count("recall", predicted, target, average, positive)
    why = "class {} never occurs in target, so that TP + FN is 0"
    shares = _shares("recall", count.right, count.there, count, why, zero_division)
    return _averaged(shares, count, average)


def f1(predicted, target, average="binary", positive=1, zero_division="error"):
    """Return the harmonic mean of precision P and recall R, 2PR / (P + R).

    Computed as 2 TP / (2 TP + FP + FN): the same, and 0 where only one of them is
    undefined.

    predicted, target : (N,) classes
    average, zero_division : as in precision; "macro" is the mean of the classes' F1
    Raises ValueError where it is undefined: no positive, neither predicted nor in target.
    Source: van Rijsbergen 1979, Information Retrieval, ch. 7 (1 - E, alpha = 1/2);
    Dice 1945 for the overlap of two sets.

    >>> f1([1, 1, 1, 0], [1, 0, 0, 0])  # P = 1/3, R = 1
    0.5
    """
    count = _count("f1", predicted, target, average, positive)
    why = "class {} is neither predicted nor in target, so that 2 TP + FP + FN is 0"
    top, bottom = 2 * count.right, count.said + count.there
    return _averaged(
        _shares("f1", top, bottom, count, why, zero_division), count, average
    )


def specificity(predicted, target, positive=1, zero_division="error"):
    """Return the share of the negatives that are left alone, TN / (TN + FP).

    predicted, target : (N,) classes; all but `positive` are negative
    zero_division : as in precision
    The false positive rate, the horizontal axis of a ROC curve, is 1 - specificity.
    Raises ValueError where it is undefined: every target is positive.
    Source: Yerushalmy 1947, "Statistical problems in assessing methods of medical diagnosis".

    >>> specificity([1, 0, 0, 0], [1, 0, 1, 0])
    1.0
    """
    who = "specificity"
    predicted, target = pair(who, predicted, target)
    positive = classes(who, "positive", [positive])[0]
    negative = target != positive
    left = np.sum(negative & (predicted != positive), keepdims=True)
    count = Count(np.array([positive]), left, left, np.sum(negative, keepdims=True))
    why = "every target is class {}, so that TN + FP is 0"
    return float(_shares(who, left, count.there, count, why, zero_division)[0])


class Count(NamedTuple):
    """For each class: its number, TP, TP + FP, TP + FN; all (C,)."""

    names: np.ndarray
    right: np.ndarray
    said: np.ndarray
    there: np.ndarray


def _count(who, predicted, target, average, positive):
    predicted, target = pair(who, predicted, target)
    positive = classes(who, "positive", [positive])[0]
    names = _names(who, np.union1d(predicted, target), average, positive)
    said, there = (x[:, None] == names for x in (predicted, target))  # (N, C)
    counts = [x.sum(axis=0) for x in (said & there, said, there)]
    if average == "micro":
        counts = [x.sum(keepdims=True) for x in counts]
    return Count(names, *counts)


def _names(who, names, average, positive):
    """Return the classes that are asked for."""
    if average not in AVERAGES:
        raise ValueError(
            f"{who}: average={average!r} is none of {', '.join(map(repr, AVERAGES))}. "
            "Give one of them."
        )
    if average != "binary":
        _require_default(who, average, positive)
        return names
    if len(names) > 2:
        raise ValueError(
            f'{who}: average="binary" is for two classes, but {len(names)} occur. '
            'Give average="macro", "micro", "weighted" or None.'
        )
    if len(names) == 2 and positive not in names:
        raise ValueError(
            f"{who}: positive={positive} does not occur, only {names[0]} and "
            f"{names[1]}. Give one of these as positive."
        )
    return np.array([positive])


def _require_default(who, average, positive):
    if positive != 1:
        raise ValueError(
            f"{who}: positive={positive} has no part in average={average!r}, which "
            'takes all classes. Leave positive out, or give average="binary".'
        )


def _shares(who, top, bottom, count, why, zero_division):
    """top / bottom for each class, with zero_division where bottom is 0."""
    if not _is_known(zero_division):
        raise ValueError(
            f"{who}: zero_division={zero_division!r} is not known. "
            'Give "error", 0, 1 or nan.'
        )
    empty = bottom == 0
    if zero_division == "error" and empty.any():
        raise ValueError(
            f"{who}: {why.format(count.names[empty][0])} and the share is "
            "undefined. Give zero_division=0, 1 or nan if it is to count as that."
        )
    other = 0.0 if zero_division == "error" else float(zero_division)
    return np.where(empty, other, top / np.maximum(bottom, 1))


def _is_known(x):
    # NaN is what differs from itself.
    return np.ndim(x) == 0 and (x in ("error", 0, 1) or x != x)


def _averaged(shares, count, average):
    if average is None:
        return shares
    known = ~np.isnan(shares)
    if not known.any():
        return float("nan")
    weights = count.there[known] if average == "weighted" else None
    if weights is not None and not weights.any():
        weights = None  # as in scikit-learn: all that is left counts alike
    return float(np.average(shares[known], weights=weights))
