"""Ranking: how well do the scores put the positives above the negatives?

A threshold t calls an example positive where its score >= t. Each curve has one point a
threshold: what follows if that one were chosen.
"""

import numpy as np

from ._checks import scored


def roc_curve(scores, target, drop_intermediate=True):
    """Return FPR = FP / negatives and TPR = TP / positives, one point a threshold.

    scores : (N,) numbers, higher for what looks positive; target : (N,) of 0 and 1
    drop_intermediate : leave out the points on a straight line between their neighbours
    Returns fpr, tpr, thresholds, from the highest threshold down. The first is infinity,
    where nothing is positive: the point (0, 0). Equal scores share a point.
    Raises TypeError or ValueError for what are not scores, for targets of one class only.
    Source: Fawcett 2006, "An introduction to ROC analysis".

    >>> fpr, tpr, thresholds = roc_curve([0.9, 0.6, 0.4, 0.1], [1, 0, 1, 0])
    >>> fpr, tpr
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]))
    >>> thresholds
    array([inf, 0.9, 0.6, 0.4, 0.1])
    """
    tp, fp, thresholds = _steps("roc_curve", scores, target)
    if drop_intermediate and len(tp) > 2:
        bends = (np.diff(tp, 2) != 0) | (np.diff(fp, 2) != 0)
        keep = np.concatenate([[True], bends, [True]])
        tp, fp, thresholds = tp[keep], fp[keep], thresholds[keep]
    start = ([0], [0], [np.inf])
    fp, tp, thresholds = map(np.append, start, (fp, tp, thresholds))
    return fp / fp[-1], tp / tp[-1], thresholds


def roc_auc(scores, target):
    """Return the area under the ROC curve, by the trapezoid rule.

    It is the probability that a positive, drawn at random, has a higher score than a
    negative, an equal one counting half; 0.5 is what scores by chance get.

    scores : (N,) numbers; target : (N,) of 0 and 1
    Raises TypeError or ValueError as roc_curve does.
    Source: Hanley and McNeil 1982, "The meaning and use of the area under a receiver
    operating characteristic (ROC) curve".

    >>> roc_auc([0.9, 0.6, 0.4, 0.1], [1, 0, 1, 0])  # 3 of 4 pairs are in order
    0.75
    """
    tp, fp, _ = _steps("roc_auc", scores, target)
    tp, fp = np.append(0, tp), np.append(0, fp)
    twice = np.sum(np.diff(fp) * (tp[1:] + tp[:-1]))  # whole numbers: nothing is lost
    return float(twice / (2 * tp[-1] * fp[-1]))


def precision_recall_curve(scores, target):
    """Return P = TP / (TP + FP) and R = TP / positives, one point a threshold.

    scores : (N,) numbers; target : (N,) of 0 and 1
    Returns precision, recall (T + 1,) and thresholds (T,), from the lowest threshold up.
    The last point, P = 1 and R = 0, has no threshold: there nothing is predicted positive.
    Raises TypeError or ValueError for what are not scores, for targets without a 1.
    Source: Raghavan, Bollmann and Jung 1989, "A critical investigation of recall and
    precision as measures of retrieval system performance".

    >>> p, r, thresholds = precision_recall_curve([0.9, 0.6, 0.4], [1, 0, 1])
    >>> r, thresholds
    (array([1. , 0.5, 0.5, 0. ]), array([0.4, 0.6, 0.9]))
    """
    who = "precision_recall_curve"
    tp, fp, thresholds = _steps(who, scores, target, negatives=False)
    precision, recall = tp / (tp + fp), tp / tp[-1]
    return (
        np.append(precision[::-1], 1.0),
        np.append(recall[::-1], 0.0),
        thresholds[::-1],
    )


def average_precision(scores, target):
    """Return sum_n (R_n - R_(n-1)) P_n, the precision averaged over the gains in recall.

    scores : (N,) numbers; target : (N,) of 0 and 1
    Scores by chance get about the share of the positives, not 0.5.
    Raises TypeError or ValueError as precision_recall_curve does.
    Source: Zhu 2004, "Recall, precision and average precision"; in steps, as in
    scikit-learn, since straight lines between the points promise too much (Davis and
    Goadrich 2006).

    >>> average_precision([0.9, 0.6, 0.4, 0.1], [1, 0, 1, 0])  # 1/2 * 1 + 1/2 * 2/3
    0.8333333333333333
    """
    tp, fp, _ = _steps("average_precision", scores, target, negatives=False)
    gains = np.diff(tp, prepend=0) / tp[-1]
    return float(np.sum(gains * tp / (tp + fp)))


def _steps(who, scores, target, negatives=True):
    """Count TP and FP at each different score, from the highest down; (T,) each."""
    scores, target = scored(who, scores, target)
    _require_both(who, target, negatives)
    order = np.argsort(-scores, kind="stable")
    scores, target = scores[order], target[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # of equal ones
    tp = np.cumsum(target)[last]
    return tp, last + 1 - tp, scores[last]


def _require_both(who, target, negatives):
    if not target.any():
        raise ValueError(
            f"{who}: every target is 0, so that a share of the positives is undefined. "
            "Give examples of both classes."
        )
    if negatives and target.all():
        raise ValueError(
            f"{who}: every target is 1, so that a share of the negatives is undefined. "
            "Give examples of both classes."
        )
