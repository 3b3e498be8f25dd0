"""The ROC curve: what a lower threshold gains, against what it costs."""

import numpy as np

from lessons_pkg.plots import checks, style
from lessons_pkg.plots.square import draw, key, reference, square


def roc(curves, *, ax=None):
    """Draw the true against the false positive rate, one point for each threshold.

    Each curve's area, 1 for a perfect order and 0.5 for chance, stands beside its name:
    AUC = sum of (fpr[i + 1] - fpr[i]) * (tpr[i + 1] + tpr[i]) / 2.

    curves : dict, name -> (fpr, tpr), each (T,) and rising: the first two arrays that
        metrics.roc_curve gives
    Returns the Axes.
    Raises ValueError if there is no curve, a rate lies outside 0 to 1 or falls.
    Source: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters, 2006.
    """
    curves = _checked(curves)
    ax = square(ax, "false positive rate", "true positive rate")
    reference(ax, [0, 1], [0, 1], "chance (AUC 0.5)")
    for k, (name, (fpr, tpr)) in enumerate(curves.items()):
        area = np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1]) / 2)
        draw(ax, k, fpr, tpr, f"{name} (AUC {style.number(area)})")
    key(ax)
    return ax


def _checked(curves):
    checks.something("roc", "curves", curves, '{"forest": (fpr, tpr)}')
    found = {}
    for name, pair in curves.items():
        found[name] = checks.pair("roc", name, pair, ("fpr", "tpr"))
        for what, rate in zip(("fpr", "tpr"), found[name], strict=True):
            if np.any(np.diff(rate) < -1e-9):
                raise ValueError(
                    f"roc: {what} of {name!r} falls from one threshold to the next, "
                    f"but a lower threshold finds at least as many. Sort both by "
                    f"falling threshold, as metrics.roc_curve does."
                )
    return found
