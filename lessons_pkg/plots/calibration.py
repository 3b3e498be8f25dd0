"""The calibration curve: does what is said to happen 80 times in 100 do so?"""

import numpy as np

from lessons_pkg.plots import checks, style
from lessons_pkg.plots.square import draw, key, reference, square


def calibration(curves, *, ax=None):
    """Draw the share of positives against the probability predicted, bin by bin.

    Below the dotted line a model promises too much, above it too little.

    curves : dict, name -> (share, mean_predicted), each (n_bins,); or (share,
        mean_predicted, counts), as metrics.calibration_curve gives: the area of a mark
        then grows with the number of examples in its bin
    Returns the Axes.
    Raises ValueError if there is no curve, a share lies outside 0 to 1, or counts do
    not fit.
    Source: Niculescu-Mizil and Caruana, "Predicting good probabilities with supervised
    learning", ICML 2005.
    """
    curves = _checked(curves)
    ax = square(ax, "predicted probability", "share of positives")
    reference(ax, [0, 1], [0, 1], "as promised")
    for k, (name, (share, predicted, counts)) in enumerate(curves.items()):
        draw(ax, k, predicted, share, name, markevery=None, linewidth=1.8)
        if counts is not None:
            _size(ax, ax.lines[-1], counts)
    key(ax)
    return ax


def _size(ax, line, counts):
    """Draw the line's marks with areas that grow with the counts; the key keeps its."""
    line.set_markevery([])
    look = {"marker": line.get_marker(), "color": line.get_color(), "zorder": 4}
    look |= {"edgecolors": "white", "linewidths": 0.8, "clip_on": False}
    ax.scatter(*line.get_xydata().T, s=25 + 250 * counts / counts.max(), **look)


def _checked(curves):
    who = "calibration"
    checks.something(who, "curves", curves, '{"forest": (share, mean_predicted)}')
    found = {}
    for name, curve in curves.items():
        counts = curve[2] if len(curve) == 3 else None
        pair = curve[:2] if len(curve) == 3 else curve
        pair = checks.pair(who, name, pair, ("share", "mean_predicted"))
        found[name] = *pair, None if counts is None else _counts(name, counts, pair)
    return found


def _counts(name, counts, pair):
    counts = style.finite(counts, "calibration", f"counts of {name!r}")
    if counts.shape != pair[0].shape or np.any(counts <= 0):
        raise ValueError(
            f"calibration: counts of {name!r} must hold one number above 0 for each of "
            f"the {len(pair[0])} bins, but is {counts.tolist()}. Leave out bins without "
            f"examples."
        )
    return counts
