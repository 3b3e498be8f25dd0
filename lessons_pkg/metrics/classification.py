"""Classification: how often is the answer right, and what is taken for what?"""

import numpy as np

from ._checks import classes, pair, whole_number

MANY = 10_000  # classes; a larger matrix is asked for by name


def accuracy(predicted, target):
    """Return the share of right predictions, (number of predicted == target) / N.

    predicted, target : (N,) classes
    Returns a float from 0 to 1.
    Raises TypeError or ValueError for what are not classes, for two lengths, for N = 0.

    >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
    0.75
    """
    predicted, target = pair("accuracy", predicted, target)
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
    seen = classes("majority_accuracy", "seen", seen)
    target = classes("majority_accuracy", "target", target)
    if not len(seen):
        raise ValueError(
            "majority_accuracy: seen is empty, so no class is the most frequent. "
            "Give at least one example."
        )
    if not len(target):
        raise ValueError(
            "majority_accuracy: target is empty, and a share of nothing is undefined. "
            "Give at least one example."
        )
    names, counts = np.unique(seen, return_counts=True)
    return accuracy(np.full(len(target), names[counts.argmax()]), target)


def balanced_accuracy(predicted, target):
    """Return the mean of the recalls, (1/C) sum_k (class k found) / (class k there).

    predicted, target : (N,) classes; C counts those that occur in target
    Returns a float from 0 to 1; always answering one class gives 1/C, whatever the shares.
    Raises TypeError or ValueError as accuracy does.
    Source: Brodersen, Ong, Stephan and Buhmann 2010, "The balanced accuracy and its
    posterior distribution" (for two classes).

    >>> balanced_accuracy([0, 0, 0, 0], [0, 0, 0, 1])
    0.5
    """
    predicted, target = pair("balanced_accuracy", predicted, target)
    recalls = [np.mean(predicted[target == k] == k) for k in np.unique(target)]
    return float(np.mean(recalls))


def confusion_matrix(predicted, target, n_classes=None):
    """Count M[i, j], the examples of class i that were taken for class j.

    predicted, target : (N,) classes from 0
    n_classes : C; None takes the highest class that occurs, plus one
    Returns (C, C) whole numbers. A row is a true class, a column a predicted one: as in
    scikit-learn, and the other way round than in some books. For two classes it is
    [[TN, FP], [FN, TP]].
    Raises TypeError or ValueError as accuracy does, and for a class outside 0 .. C-1.

    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    predicted, target = pair("confusion_matrix", predicted, target)
    highest = int(max(predicted.max(), target.max()))
    if n_classes is None and highest > MANY:
        raise ValueError(
            f"confusion_matrix: there is a class {highest}, which asks for as many rows. "
            "Number the classes from 0 without gaps, or give n_classes if it is meant."
        )
    n_classes = (
        highest + 1
        if n_classes is None
        else whole_number("confusion_matrix", "n_classes", n_classes, 1)
    )
    lowest = int(min(predicted.min(), target.min()))
    if lowest < 0 or highest >= n_classes:
        raise ValueError(
            f"confusion_matrix: there is a class {lowest if lowest < 0 else highest}, "
            f"but {n_classes} classes are numbered from 0 to {n_classes - 1}. "
            "Number the classes from 0, or give a larger n_classes."
        )
    try:
        counts = np.zeros((n_classes, n_classes), dtype=np.int64)
    except (MemoryError, ValueError, OverflowError):
        raise ValueError(
            f"confusion_matrix: n_classes={n_classes} asks for more counts than there "
            "is memory for. Number the classes from 0 without gaps."
        ) from None
    np.add.at(counts, (target, predicted), 1)
    return counts
