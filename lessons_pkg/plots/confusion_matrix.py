"""The confusion matrix: what was taken for what, and how often."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.patches import Rectangle

from lessons_pkg.plots import style

_TINTS = LinearSegmentedColormap.from_list(
    "lesson_tints", ["#FFFFFF", style.PALETTE["blue"]]
)


def confusion_matrix(counts, names=None, *, normalise=False, ax=None):
    """Write the number of examples of each true class that got each prediction.

    A cell is the darker the greater its share of its row; the frames mark the right
    answers, which lie on the diagonal.

    counts : (C, C) array, rows the true classes, columns the predicted ones
    names : C names of classes; 0, 1, ... if left out
    normalise : write the share of the row, in per cent
    Returns the Axes.
    Raises ValueError if counts is not square, holds a negative number or nothing at
    all, names are not C, or a row to be normalised is empty.
    """
    counts, names = _checked(counts, names, normalise)
    ax = plt.gca() if ax is None else ax
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    scale = PowerNorm(0.5, vmin=0, vmax=1)  # the root, or few mistakes would look none
    ax.imshow(shares, cmap=_TINTS, norm=scale, aspect="auto")
    write = _per_cent if normalise else style.number if _has_parts(counts) else _whole
    for (row, column), share in np.ndenumerate(shares):
        text = write(share if normalise else counts[row, column])
        colour = _ink(_TINTS(scale(share))) if share else style.PALETTE["grey"]
        look = {"color": colour, "fontsize": style.small()}
        ax.text(column, row, text, ha="center", va="center", **look)
    _frame(ax, len(counts))
    _name_classes(ax, names)
    return ax


def _checked(counts, names, normalise):
    who = "confusion_matrix"
    counts = style.finite(counts, who, "counts")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(
            f"{who}: counts must be (C, C), a row and a column for each class, but its "
            f"shape is {counts.shape}. Count with metrics.confusion_matrix."
        )
    if counts.min() < 0 or not counts.any():
        wrong = "holds no example" if counts.min() == 0 else "holds a negative number"
        raise ValueError(f"{who}: counts {wrong}. Give how often each pair occurred.")
    names = range(len(counts)) if names is None else names
    if len(names) != len(counts):
        raise ValueError(
            f"{who}: there are {len(counts)} classes, but {len(names)} names. "
            f"Give one name for each class."
        )
    empty = np.flatnonzero(counts.sum(axis=1) == 0)
    if normalise and empty.size:
        raise ValueError(
            f"{who}: the class {str(names[empty[0]])!r} has no example, so its row has "
            f"no shares. Draw the counts, or leave the class out."
        )
    return counts, [str(name) for name in names]


def _has_parts(counts):
    return np.any(counts != np.round(counts))


def _whole(count):
    return f"{count:.0f}"


def _per_cent(share):
    """Write a share so that neither 0 % nor 100 % hides an example."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{100 * share:.0f}%"


def _ink(background):
    """Return black or white, whichever stands out more on a colour."""
    parts = np.array(background[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return "black" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "white"


def _frame(ax, n):
    look = {"fill": False, "edgecolor": style.INK, "linewidth": 2, "clip_on": False}
    for k in range(n):
        ax.add_patch(Rectangle((k - 0.5, k - 0.5), 1, 1, **look))
    ax.spines[:].set(visible=True, color=style.PALETTE["grey"])


def _name_classes(ax, names):
    """Write the classes' names along both axes, slanted where they would touch."""
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.set(xlabel="predicted class", ylabel="true class")
    longest = 0.6 * style.small() * max(map(len, names))  # points
    slot = 72 * ax.figure.get_size_inches()[0] * ax.get_position().width / len(names)
    if longest > slot:
        plt.setp(ax.get_xticklabels(), rotation=35, ha="right", rotation_mode="anchor")
