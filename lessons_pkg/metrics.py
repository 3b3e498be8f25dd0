"""Metrics: how good are the predictions?

Shapes: N examples. Classes are whole numbers from 0. The prediction comes
first, as in a loss; in scikit-learn the truth comes first.
"""

import numpy as np


def accuracy(predicted, target):
    """Return the share of right predictions, (number of predicted == target) / N.

    predicted, target : (N,) classes
    Returns a float from 0 to 1.
    Raises TypeError or ValueError for what are not classes, for two lengths, for N = 0.

    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    """
    predicted, target = _pair("accuracy", predicted, target)
    if not len(target):
        raise ValueError(
            "accuracy: predicted and target are empty, and a share of nothing is "
            "undefined. Give at least one example."
        )
    return float(np.mean(predicted == target))


def majority_accuracy(seen, target):
    """Return the accuracy of always answering the class that is most frequent in seen.

    seen   : (M,) classes that were there to learn from; the lowest wins a tie
    target : (N,) classes to answer
    Returns a float from 0 to 1: what any use of the inputs has to beat.
    Raises TypeError or ValueError for what are not classes, for M = 0 or N = 0.

    >>> majority_accuracy([0, 1, 1], [0, 1, 1, 2])
    0.5
    """
    seen = _classes("majority_accuracy", "seen", seen)
    if not len(seen):
        raise ValueError(
            "majority_accuracy: seen is empty, so no class is the most frequent. "
            "Give at least one example."
        )
    classes, counts = np.unique(seen, return_counts=True)
    answer = classes[counts.argmax()]
    return accuracy(np.full(len(target), answer), target)


def _pair(who, predicted, target):
    predicted = _classes(who, "predicted", predicted)
    target = _classes(who, "target", target)
    if len(predicted) != len(target):
        raise ValueError(
            f"{who}: predicted has {len(predicted)} classes, but target has "
            f"{len(target)}. Give both for the same examples."
        )
    return predicted, target


def _classes(who, name, values):
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(
            f"{who}: {name} must have shape (N,), but came with shape {values.shape}. "
            f"Turn scores (N, C) into classes with argmax(axis=1)."
        )
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"{who}: {name} must hold class numbers, but its dtype is {values.dtype}. "
            f"Number the classes from 0."
        )
    whole = np.isfinite(values) & (values == np.rint(values))
    if not whole.all():
        raise ValueError(
            f"{who}: {name} holds {values[~whole][0]}, which is not a class. "
            f"Turn scores into classes first, for example with (scores > 0.5)."
        )
    return values.astype(np.int64)
