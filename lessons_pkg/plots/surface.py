"""A loss over two parameters, seen from above, and the paths that descend on it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from lessons_pkg.plots import checks, places, style

_GREYS = LinearSegmentedColormap.from_list("lesson_greys", ["#FFFFFF", "#CCCCCC"])
_MOST_MARKS = 60


def surface(
    x,
    y,
    z,
    *,
    paths=None,
    minimum=None,
    levels=None,
    steps=None,
    xlabel,
    ylabel,
    ax=None,
):
    """Draw lines of equal height of z, and over them paths with a mark for each step.

    The higher, the greyer; the numbers on the lines are heights. A path begins at a
    ring. What leaves the grid is not shown.

    x : (X,) float array in rising order; y : (Y,) likewise
    z : (Y, X) float array, z[i, j] the height at (x[j], y[i])
    paths : dict, name -> (T, 2) float array of points (x, y)
    minimum : (x, y) of the lowest point, drawn as a star
    levels : heights of the lines, in rising order, or their number; by default 9,
        spaced so that the rings of a round bowl lie equally far apart
    steps : how many steps of each path to draw; all if left out. For an animation, give
        whole paths and let steps grow: the numbers on the lines then stand still
    xlabel, ylabel : what the axes measure, such as "weight" and "bias"
    Returns the Axes.
    Raises ValueError if shapes do not fit, a label is empty or z is level.
    """
    checks.labelled("surface", "slope (cm per year)", xlabel=xlabel, ylabel=ylabel)
    x, y, z = _checked(x, y, z)
    paths = _checked_paths(paths, steps)
    levels = _levels(z, levels)
    ax = plt.gca() if ax is None else ax
    marks = [np.empty((0, 2)), *paths.values()]
    marks += [] if minimum is None else [_point(minimum)[None]]
    _heights(ax, x, y, z, levels, np.vstack(marks))
    for k, (name, path) in enumerate(paths.items()):
        _path(ax, k, name, path, steps)
    if minimum is not None:
        _star(ax, _point(minimum))
    ax.set(xlim=x[[0, -1]], ylim=y[[0, -1]], xlabel=xlabel, ylabel=ylabel)
    if paths or minimum is not None:
        look = {"ncols": 2, "columnspacing": 1.2, "borderaxespad": 0.2}
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **look)
    return ax


def _checked(x, y, z):
    x, y, z = (
        style.finite(values, "surface", name)
        for name, values in (("x", x), ("y", y), ("z", z))
    )
    for name, values in (("x", x), ("y", y)):
        if values.ndim != 1 or len(values) < 2 or np.any(np.diff(values) <= 0):
            raise ValueError(
                f"surface: {name} must be two or more numbers in rising order, but its "
                f"shape is {values.shape}. Make it with np.linspace."
            )
    if z.shape != (len(y), len(x)):
        raise ValueError(
            f"surface: z must be ({len(y)}, {len(x)}), a row for each y and a column "
            f"for each x, but its shape is {z.shape}. Fill z[i, j] at (x[j], y[i])."
        )
    if z.min() == z.max():
        raise ValueError(
            f"surface: z is {style.number(z.min())} everywhere, so that it has no lines "
            f"of equal height. Choose a greater part of the plane, or check z."
        )
    return x, y, z


def _checked_paths(paths, steps):
    if steps is not None and steps < 0:
        raise ValueError(
            f"surface: steps is {steps}, but a path shows 0 steps or more. Give the "
            f"number of steps, or leave it out to show all."
        )
    found = {}
    for name, path in ({} if paths is None else paths).items():
        path = style.finite(path, "surface", f"the path {name!r}")
        if path.ndim != 2 or path.shape[1] != 2 or not path.size:
            raise ValueError(
                f"surface: the path {name!r} must be (T, 2), a point (x, y) for each "
                f"step, but its shape is {path.shape}. Stack the points in rows."
            )
        found[name] = path
    return found


def _levels(z, levels):
    """Return the heights of the lines; a number n of them stands for n by squares."""
    if levels is None or np.ndim(levels) == 0:
        n = 9 if levels is None else int(levels)
        if n < 1:
            raise ValueError(
                f"surface: levels is {levels}, but there is at least one line. "
                f"Give 1 or more, or the heights themselves."
            )
        exact = z.min() + (np.arange(1, n + 1) / (n + 1)) ** 2 * np.ptp(z)
        short = np.array([float(f"{level:.2g}") for level in exact])
        fits = np.all(np.diff(short, prepend=z.min(), append=z.max()) > 0)
        return short if fits else exact
    levels = style.finite(levels, "surface", "levels")
    if np.any(np.diff(levels) <= 0) or levels[0] >= z.max() or levels[-1] <= z.min():
        raise ValueError(
            f"surface: levels must rise and lie between the heights of z, which are "
            f"{style.number(z.min())} to {style.number(z.max())}. Choose such heights."
        )
    return levels


def _heights(ax, x, y, z, levels, marks):
    """Draw and shade the lines of equal height; number every second one."""
    bands = np.concatenate([[min(z.min(), levels[0]) - 1], levels, [z.max() + 1]])
    tints = _GREYS(np.linspace(0, 1, len(bands) - 1))
    ax.contourf(x, y, z, bands, colors=tints, zorder=0)
    look = {"colors": style.PALETTE["grey"], "linewidths": 1.0, "zorder": 1}
    numbered = levels[1::2] if len(levels) > 3 else levels
    lines = {
        level: places.points_of(ax.contour(x, y, z, [level], **look))
        for level in levels
        if z.min() < level < z.max()
    }
    lines = {level: lines[level] for level in numbered if level in lines}
    places.name_lines(ax, (x[[0, -1]], y[[0, -1]]), lines, marks)


def _path(ax, k, name, path, steps):
    colour, marker = style.markers(k + 1)[k]
    every = max(-(-len(path) // _MOST_MARKS), 1)
    look = {"color": colour, "marker": marker, "markersize": 6, "markevery": every}
    look |= {"markeredgecolor": "white", "markeredgewidth": 0.7, "zorder": 3 + 0.1 * k}
    shown = path if steps is None else path[: steps + 1]
    ax.plot(*shown.T, linestyle=style.DASHES[k % len(style.DASHES)], label=name, **look)
    look = {"facecolors": "none", "edgecolors": style.INK, "linewidths": 2, "zorder": 4}
    ax.scatter(*path[0], s=170, label="_start", **look)


def _star(ax, place):
    look = {"marker": "*", "color": style.PALETTE["yellow"], "edgecolors": style.INK}
    ax.scatter(*place, s=330, linewidths=1.4, label="minimum", zorder=5, **look)


def _point(minimum):
    place = style.finite(minimum, "surface", "minimum")
    if place.shape != (2,):
        raise ValueError(
            f"surface: minimum must be one point (x, y), but its shape is "
            f"{place.shape}. Give two numbers."
        )
    return place
