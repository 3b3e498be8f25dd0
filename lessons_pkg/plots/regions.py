"""The plane as a classifier parts it: which class it predicts at every point."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap, to_rgb

from lessons_pkg.plots import places, style
from lessons_pkg.plots.pieces import pieces

_FINE, _COARSE = 200, 40  # points a side: of the picture, and to find room for names
_LINES = {0.1: (0, (4, 2)), 0.5: "-", 0.9: (0, (4, 2))}


def regions(predict, *, limits=None, ax=None, n_classes=None, labels=None):
    """Shade the plane by what a model predicts there, under the points drawn before.

    Each part of the plane gets the tint of its class, a line round it and the name of
    the class. Of probabilities, the lines of 0.1, 0.5 and 0.9 are drawn instead.

    predict : (N, 2) float array -> (N,) integer classes; or floats, the probability of
        class 1, (N,), or of each class, (N, C), of which the greatest is drawn
    limits : ((x_low, x_high), (y_low, y_high)); by default what the axes show
    n_classes : number of classes, to notice a class that does not exist
    labels : the classes' names, written in their parts; 0, 1, ... if left out
    Returns the Axes.
    Raises ValueError if the axes are empty and no limits came, or predict returns
    neither classes nor probabilities. TypeError if predict cannot be called.
    """
    if not callable(predict):
        raise TypeError(
            f"regions: predict must be a function of points (N, 2), but its type is "
            f"{type(predict).__name__}. Give the method itself, such as model.predict."
        )
    ax = plt.gca() if ax is None else ax
    view = _view(ax, limits)
    seen = _offsets(ax)
    answer = _answer(predict, _grid(view, _FINE), n_classes)
    x, y = (np.linspace(*side, _FINE) for side in view)
    if answer.dtype.kind == "f":
        _shade_probabilities(ax, x, y, answer, view, seen)
    else:
        labels = range(answer.max() + 1) if labels is None else labels
        _check_labels(labels, answer.max())
        _shade_classes(ax, x, y, answer)
        _write_names(ax, answer, labels, view, seen)
    ax.set(xlim=view[0], ylim=view[1])
    return ax


def _view(ax, limits):
    chosen = ax.has_data() or not (ax.get_autoscalex_on() and ax.get_autoscaley_on())
    if limits is None and not chosen:
        raise ValueError(
            "regions: limits is None and the axes are empty, so there is no view to "
            "shade. Draw the points first, or give ((x_low, x_high), (y_low, y_high))."
        )
    view = [ax.get_xlim(), ax.get_ylim()] if limits is None else limits
    view = style.finite(view, "regions", "limits")
    if view.shape != (2, 2) or np.any(view[:, 0] == view[:, 1]):
        raise ValueError(
            f"regions: limits must be ((x_low, x_high), (y_low, y_high)), but is "
            f"{limits}. Give two different numbers for each axis."
        )
    return view


def _grid(view, n):
    """Return the points (n * n, 2) of a grid over the view, row by row from below."""
    x, y = np.meshgrid(*(np.linspace(*side, n) for side in view))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _answer(predict, grid, n_classes):
    """Return classes (n, n) of integers, or probabilities (n, n) of floats."""
    answer = np.asarray(predict(grid))
    if answer.ndim == 2 and answer.shape[1] == 1:
        answer = answer[:, 0]
    if answer.ndim not in (1, 2) or len(answer) != len(grid):
        raise ValueError(
            f"regions: predict must return one class or probability for each of the "
            f"{len(grid)} points, but the shape is {answer.shape}. Return (N,) or (N, C)."
        )
    if answer.dtype.kind == "f":
        _check_probabilities(answer)
        if answer.ndim == 2:
            two = answer.shape[1] == 2
            answer = answer[:, 1] if two else answer.argmax(axis=1)
    elif answer.ndim == 2 or answer.dtype.kind not in "iub":
        raise ValueError(
            f"regions: predict returned {answer.dtype} of shape {answer.shape}, but must "
            f"return integer classes (N,), or probabilities. Number the classes from 0."
        )
    answer = answer if answer.dtype.kind == "f" else _check_classes(answer, n_classes)
    return answer.reshape(_FINE, _FINE)


def _check_probabilities(answer):
    low, high = answer.min(), answer.max()
    if not (low >= -1e-6 and high <= 1 + 1e-6):
        raise ValueError(
            f"regions: predict returned floats from {style.number(low)} to "
            f"{style.number(high)}, but probabilities lie between 0 and 1. Return "
            f"probabilities, or classes as integers."
        )


def _check_classes(answer, n_classes):
    answer = answer.astype(int)
    end = answer.max() + 1 if n_classes is None else n_classes
    strange = answer[(answer < 0) | (answer >= end)]
    if strange.size:
        raise ValueError(
            f"regions: predict returned the class {strange[0]}, but the classes are 0 to "
            f"{end - 1}. Number the classes from 0."
        )
    return answer


def _check_labels(labels, last):
    if last >= len(labels):
        raise ValueError(
            f"regions: predict returned the class {last}, but labels names only the "
            f"classes 0 to {len(labels) - 1}. Give each class a label."
        )


def _shade_classes(ax, x, y, classes):
    """Tint each class as boundary does, with a line wherever the class changes."""
    present = np.unique(classes)
    tints = [_pale(style.CYCLE[k % len(style.CYCLE)]) for k in range(present[-1] + 1)]
    look = {"cmap": ListedColormap(tints), "vmin": -0.5, "vmax": len(tints) - 0.5}
    ax.pcolormesh(x, y, classes, **look, shading="nearest", zorder=0, rasterized=True)
    for k in present[:-1] if len(present) > 1 else ():
        part = (classes == k).astype(float)
        ax.contour(x, y, part, [0.5], colors=style.INK, linewidths=1.6, zorder=1)


def _shade_probabilities(ax, x, y, probability, view, seen):
    """Tint from class 0 over white to class 1; name each line where it has room."""
    shown = np.clip(probability, 0, 1)
    steps = np.linspace(0, 1, 11)
    ends = np.array([_pale(style.CYCLE[0]), (1, 1, 1), _pale(style.CYCLE[1])])
    middle = (steps[1:] + steps[:-1]) / 2
    tints = np.stack([np.interp(middle, [0, 0.5, 1], part) for part in ends.T], axis=1)
    ax.contourf(x, y, shown, steps, colors=[tuple(tint) for tint in tints], zorder=0)
    lines = {}
    for level, dash in _LINES.items():
        if shown.min() < level < shown.max():
            look = {"colors": style.INK, "linestyles": [dash], "zorder": 1}
            line = ax.contour(x, y, shown, [level], linewidths=1.6, **look)
            lines[level] = places.points_of(line)
    places.name_lines(ax, view, lines, seen)


def _pale(colour):
    """Return the colour at an opacity of 0.22 on white, itself opaque."""
    return tuple(1 - 0.22 * (1 - np.array(to_rgb(colour))))


def _write_names(ax, classes, labels, view, seen):
    """Write the class in each connected part, where most room is left in it."""
    rows = np.linspace(0, _FINE - 1, _COARSE).round().astype(int)
    coarse = classes[np.ix_(rows, rows)]
    grid, piece = _grid(view, _COARSE), pieces(coarse).ravel()
    for number in np.unique(piece):
        inside = piece == number
        if inside.sum() < 6:  # cells of 1600: too small for a word
            continue
        others = np.vstack([grid[~inside], seen])
        place, room = places.roomiest(view, grid[inside], others)
        if room > 0.04:
            places.write(ax, str(labels[coarse.ravel()[inside][0]]), place)


def _offsets(ax):
    """Return the positions (k, 2) of all points already drawn by scatter."""
    marks = [m.get_offsets() for m in ax.collections if isinstance(m, PathCollection)]
    return np.vstack([np.empty((0, 2)), *marks])
