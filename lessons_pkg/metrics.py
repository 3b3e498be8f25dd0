"""Metrics: how good are the predictions?

Shapes: N examples, C classes. Classes are whole numbers from 0. The prediction comes
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


def confusion_matrix(predicted, target, n_classes):
    """Count, in row i and column j, the examples of class i that were called j.

    predicted, target : (N,) classes from 0 to C - 1
    n_classes         : C
    Returns counts : (C, C) int64. The diagonal holds the right predictions.
    Raises TypeError or ValueError for what are not classes, or not below C.

    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1], n_classes=2)
    array([[1, 1],
           [0, 2]])
    """
    predicted, target = _pair("confusion_matrix", predicted, target)
    _check_range("predicted", predicted, n_classes)
    _check_range("target", target, n_classes)
    cell = n_classes * target + predicted  # row by row, as the matrix lies in memory
    counts = np.bincount(cell, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


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


def _check_range(name, classes, n_classes):
    if not isinstance(n_classes, int | np.integer) or n_classes < 1:
        raise ValueError(
            f"confusion_matrix: n_classes must be a whole number of at least 1, "
            f"but {n_classes!r} came. Give the number of classes."
        )
    outside = classes[(classes < 0) | (classes >= n_classes)]
    if len(outside):
        raise ValueError(
            f"confusion_matrix: {name} holds {outside[0]}, but with "
            f"n_classes={n_classes} the classes are 0 to {n_classes - 1}. "
            f"Number the classes from 0, or give a larger n_classes."
        )
