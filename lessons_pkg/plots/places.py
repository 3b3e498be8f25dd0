"""Where in a view a word has most room, and writing it there."""

import numpy as np
from matplotlib.patheffects import withStroke

from lessons_pkg.plots import style

_HALO = [withStroke(linewidth=4, foreground="white")]


def roomiest(view, spots, marks):
    """Return the spot farthest from all marks and from the edges, and its distance.

    Distances are in parts of the view. Words are wide: a mark beside a spot counts as
    nearer than one above it.

    view : ((x_low, x_high), (y_low, y_high))
    spots : (n, 2) places to choose from; marks : (m, 2) places to keep clear of
    """
    inside, others = (_parts(view, np.asarray(points)) for points in (spots, marks))
    room = (np.minimum(inside, 1 - inside) * (0.6, 1)).min(axis=1)
    for other in others:
        room = np.minimum(room, np.hypot(*((inside - other) * (0.6, 1)).T))
    best = room.argmax()
    return spots[best], room[best]


def name_lines(ax, view, lines, marks):
    """Write beside no mark, on each contour line, the height that it stands for.

    lines : dict, height -> (n, 2) points of its line
    """
    for height, spots in lines.items():
        if not len(spots):
            continue
        place, room = roomiest(view, spots, marks)
        if room > 0.03:  # half the height of a line of text
            write(ax, style.number(height), place)
            marks = np.vstack([marks, place])


def write(ax, text, place):
    """Write a word at a place of the plane, with a white rim."""
    look = {"ha": "center", "va": "center", "fontsize": style.small(), "zorder": 6}
    ax.text(*place, text, fontstyle="italic", path_effects=_HALO, **look)


def points_of(contours):
    """Return the points (n, 2) of all the lines of one contour call."""
    return np.vstack([np.empty((0, 2)), *(p.vertices for p in contours.get_paths())])


def _parts(view, points):
    """Return points as parts of the view: 0 at its left or lower edge, 1 opposite."""
    view = np.asarray(view, float)
    return (points - view[:, 0]) / (view[:, 1] - view[:, 0])
