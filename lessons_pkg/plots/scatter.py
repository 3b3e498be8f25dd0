"""Points of a plane, marked by class."""

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import style


def points(x, y, ax=None, labels=("0", "1"), ring=None):
    """Draw each point x[i] with the colour and the marker of its class y[i].

    Of more than 100 points the marks are smaller, so that they hide less.

    x : (N, 2) float array, one point a row
    y : (N,) integer array of classes 0, 1, ...
    labels : the classes' names, shown beside the axes
    ring : the number of a point that gets a ring round it
    Returns the Axes.
    Raises ValueError if x is not (N, 2), y not (N,) or a class has no label.
    """
    x, y = _checked(x, y, labels)
    ax = plt.gca() if ax is None else ax
    size = max(130 * min(1, 100 / max(len(x), 1)), 28)
    classes = zip(labels, style.markers(len(labels)), strict=True)
    for k, (label, (colour, marker)) in enumerate(classes):
        look = {"color": colour, "marker": marker, "edgecolors": "white"}
        ax.scatter(*x[y == k].T, s=size, label=label, zorder=4, **look)
    if ring is not None:
        look = {"facecolors": "none", "edgecolors": style.INK, "linewidths": 2}
        ax.scatter(*x[ring], s=500, zorder=5, label="_ring", **look)
    ax.margins(0.15)
    ax.locator_params(nbins=5)
    ax.set_xlabel(ax.get_xlabel() or "$x_1$")
    ax.set_ylabel(ax.get_ylabel() or "$x_2$")
    # Beside the axes, so that the key never covers a point.
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), handletextpad=0.2)
    for handle in ax.get_legend().legend_handles:
        handle.set_sizes([130])
    return ax


def _checked(x, y, labels):
    x, y = style.finite(x, "points", "x"), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(
            f"points: x must be (N, 2), one point a row, but its shape is {x.shape}. "
            f"Choose two columns, x[:, [0, 1]]."
        )
    if y.shape != x.shape[:1]:
        raise ValueError(
            f"points: x has {len(x)} rows, so y must be ({len(x)},), but its shape is "
            f"{y.shape}. Give one class for each point."
        )
    strange = sorted(set(y.tolist()) - set(range(len(labels))))
    if strange:
        raise ValueError(
            f"points: y holds the class {strange[0]}, but labels names only the "
            f"classes 0 to {len(labels) - 1}. Number the classes from 0, and give "
            f"each a label."
        )
    return x, y
