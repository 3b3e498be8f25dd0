"""The precision-recall curve: how pure what is found, against how much of it."""

import numpy as np

from lessons_pkg.plots import checks, style
from lessons_pkg.plots.square import draw, key, reference, square


def precision_recall(curves, *, base_rate=None, ax=None):
    """Draw precision against recall, in steps, one for each threshold.

    Between two thresholds nothing is known, so no slope is drawn. The average
    precision stands beside each name: AP = sum of (recall[i] - recall[i + 1]) *
    precision[i], with recall falling.

    curves : dict, name -> (precision, recall), each (T,), with recall falling or rising:
        the first two arrays that metrics.precision_recall_curve gives
    base_rate : share of positives; the precision of a guess, drawn as a level line
    Returns the Axes.
    Raises ValueError if there is no curve, a share lies outside 0 to 1, or recall
    turns back.
    Source: Davis and Goadrich, "The relationship between precision-recall and ROC
    curves", ICML 2006, on why points are not joined by straight lines.
    """
    curves = _checked(curves)
    ax = square(ax, "recall", "precision")
    if base_rate is not None:
        (level,) = checks.rates("precision_recall", "guess", "base_rate", [base_rate])
        reference(ax, [0, 1], [level, level], f"guess (AP {style.number(level)})")
    for k, (name, (precision, recall)) in enumerate(curves.items()):
        average = -np.sum(np.diff(recall) * precision[:-1])
        label = f"{name} (AP {style.number(average)})"
        draw(ax, k, recall, precision, label, drawstyle="steps-post")
    key(ax)
    return ax


def _checked(curves):
    who = "precision_recall"
    checks.something(who, "curves", curves, '{"forest": (precision, recall)}')
    found = {}
    for name, pair in curves.items():
        precision, recall = checks.pair(who, name, pair, ("precision", "recall"))
        if recall[0] < recall[-1]:
            precision, recall = precision[::-1], recall[::-1]
        if np.any(np.diff(recall) > 1e-9):
            raise ValueError(
                f"{who}: recall of {name!r} both rises and falls, but it only falls as "
                f"the threshold rises. Give (precision, recall), in this order, sorted "
                f"by threshold."
            )
        found[name] = precision, recall
    return found
