"""The decision boundary of one neuron with two inputs."""

import numpy as np
from matplotlib.patheffects import withStroke

from lessons_pkg.plots import style


def boundary(weight, bias, ax, labels=("silent", "fires"), arrow=True, distances=None):
    """Draw the line w . x + b = 0, its normal w, and the two half planes it parts.

    The view stays as it is: draw the points first, or set the limits of the axes.
    Where w . x + b > 0 the plane has the tint of class 1, elsewhere that of class 0.
    The arrow shows the direction of w, not its length; for it to stand at a right
    angle to the line, both axes get the same scale. All weights zero make no line:
    the sign of b then tints the whole view, and b = 0 leaves it blank.

    weight : (2,) float array
    bias : float
    labels : names of the half planes (w . x + b < 0, > 0); None writes none
    arrow : False draws no normal and leaves the scales of the axes alone
    distances : (N, 2) points; a dotted line joins each to the nearest one of the line
    Returns the Axes.
    Raises ValueError if weight is not (2,), or a value is not finite.
    """
    weight, bias = _checked(weight, bias)
    view = np.array([ax.get_xlim(), ax.get_ylim()])  # rows: x, y; columns: from, to
    seen = _offsets(ax)
    silent, fires = (_half_plane(s * weight, s * bias, view) for s in (-1, 1))
    for k, region in enumerate((silent, fires)):
        if len(region):
            colour, _ = style.markers(2)[k]
            ax.fill(*region.T, color=colour, alpha=0.18, linewidth=0, zorder=0)
    line = _line(weight, bias, view)
    if line is not None:
        ax.plot(*line.T, color=style.INK, zorder=3, label="_boundary")
        for point in () if distances is None else np.asarray(distances, float):
            foot = point - (weight @ point + bias) / (weight @ weight) * weight
            look = {"linestyle": ":", "color": style.INK, "label": "_distance"}
            ax.plot(*np.array([point, foot]).T, **look)
    if arrow:
        ax.set_aspect("equal", adjustable="box")
        if line is not None:
            seen = np.vstack([seen, _normal(ax, weight, line, view, seen)])
    for text, region, sign in zip(labels or (), (silent, fires), (-1, 1), strict=False):
        if len(region):
            _name(ax, text, sign * weight, sign * bias, view, seen)
    ax.set(xlim=view[0], ylim=view[1])
    return ax


def _checked(weight, bias):
    weight = style.finite(weight, "boundary", "weight")
    bias = style.finite(bias, "boundary", "bias")
    if weight.shape != (2,):
        raise ValueError(
            f"boundary: weight must be (2,), one weight for each axis of the plane, "
            f"but its shape is {weight.shape}. Give the weights of one neuron."
        )
    if bias.size != 1:
        raise ValueError(
            f"boundary: bias must be one number, but its shape is {bias.shape}. "
            f"Give the bias of one neuron."
        )
    return weight, float(bias.reshape(()))


def _half_plane(weight, bias, view):
    """Return the corners (k, 2) of the part of the view with w . x + b >= 0.

    One step of Sutherland and Hodgman's clipping (1974): walk round the rectangle,
    keep the corners inside, add the points where an edge crosses the line.
    """
    (left, right), (low, high) = view
    corners = np.array([(left, low), (right, low), (right, high), (left, high)])
    score = corners @ weight + bias
    kept = []
    for here, there in zip(range(4), (1, 2, 3, 0), strict=True):
        if score[here] >= 0:
            kept.append(corners[here])
        if score[here] * score[there] < 0:
            part = score[here] / (score[here] - score[there])
            kept.append(corners[here] + part * (corners[there] - corners[here]))
    return np.array(kept) if np.any(score > 0) else np.empty((0, 2))


def _line(weight, bias, view):
    """Return the two ends (2, 2) of the line in the view, or None if it misses it."""
    if not weight.any():
        return None
    region = _half_plane(weight, bias, view)
    size = np.abs(weight) @ np.abs(view).max(axis=1) + abs(bias)
    ends = region[np.abs(region @ weight + bias) < 1e-9 * size]
    return ends[[0, -1]] if len(ends) >= 2 else None


def _normal(ax, weight, line, view, seen):
    """Draw the arrow along w, where its tip is farthest from all points; return it."""
    unit = weight / np.hypot(*weight)
    reach = 0.17 * np.min(np.abs(view[:, 1] - view[:, 0])) * unit
    starts = line[0] + np.linspace(0.5, 0.15, 8)[:, None] * (line[1] - line[0])
    starts = np.vstack([starts, line.sum(axis=0) - starts])
    labels = starts + 1.3 * reach
    room = [_room(label, seen, view) for label in labels]
    start = starts[np.argmax(np.round(room, 3))]  # rounded: the middle wins a draw
    look = {"arrowstyle": "-|>", "mutation_scale": 22, "linewidth": 2.5}
    look |= {"color": style.INK, "shrinkA": 0, "shrinkB": 0}
    tip = start + reach
    ax.annotate("", xy=tip, xytext=start, arrowprops=look, zorder=5)
    text = {"xytext": 14 * unit, "textcoords": "offset points", **_CENTRE}
    ax.annotate("$w$", tip, path_effects=_HALO, **text)
    return np.array([start + 0.5 * reach, tip, start + 1.4 * reach])


def _room(place, seen, view):
    """Return the distance, in parts of the view, to the next point or edge.

    Room beyond a fifth of the view is as good as a fifth.
    """
    span = view[:, 1] - view[:, 0]
    part = (place - view[:, 0]) / span
    near = np.hypot(*((seen - place) / span).T).min(initial=0.2)
    return min(near, *(2 * part), *(2 * (1 - part)))


_CENTRE = {"ha": "center", "va": "center", "zorder": 6}
_HALO = [withStroke(linewidth=4, foreground="white")]


def _name(ax, text, weight, bias, view, seen):
    """Write the region's name where it has most room from line, edges and marks."""
    span = view[:, 1] - view[:, 0]
    grid = np.stack(np.meshgrid(*[np.linspace(0.02, 0.98, 49)] * 2), -1).reshape(-1, 2)
    room = np.minimum(grid, 1 - grid) / (1, 0.5)  # words are wide: more room sideways
    room = room.min(axis=1)
    across = np.hypot(*(weight * span)) or 1.0
    score = ((view[:, 0] + grid * span) @ weight + bias) / across
    room = np.minimum(room, score if weight.any() else np.inf)
    for mark in (seen - view[:, 0]) / span:
        room = np.minimum(room, np.hypot(*((grid - mark) * (0.6, 1)).T))
    if room.max() > 0.03:  # half the height of a line of text; a sliver has no name
        x, y = view[:, 0] + grid[room.argmax()] * span
        ax.text(x, y, text, fontsize=style.small(), fontstyle="italic", **_CENTRE)


def _offsets(ax):
    """Return the positions (k, 2) of all points already drawn by scatter."""
    marks = [np.asarray(marks.get_offsets(), float) for marks in ax.collections]
    return np.vstack([np.empty((0, 2)), *marks])
