"""Tables of numbers in square cells, each cell of side 1."""

from fractions import Fraction
from functools import cache

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from lessons_pkg.plots import style

_SMALLEST, _LARGEST = 12, 20  # points of a number


def table(ax, name, corner, values, fill, ink=style.INK, *, points, who):
    """Draw values (rows, columns) with their name above; nan leaves its cell blank.

    corner : (left, top) of the table; rows go downward
    fill, ink : one colour, or one for each cell
    points : the side of a cell in points, which a number has to fit into
    Raises ValueError, in the name of who, for a number that is too long.
    """
    left, top = corner
    fill, ink = (np.broadcast_to(colours, values.shape) for colours in (fill, ink))
    places = np.array([(left + j, top - i - 1) for i, j in np.ndindex(values.shape)])
    cells = places[:, None] + [(0, 0), (1, 0), (1, 1), (0, 1)]
    look = {"edgecolors": style.PALETTE["grey"], "linewidths": 1, "zorder": 1}
    ax.add_collection(PolyCollection(cells, facecolors=fill.ravel(), **look))
    for place, (cell, value) in zip(places, np.ndenumerate(values), strict=True):
        if not np.isnan(value):
            what = f"{name}[{cell[0]}, {cell[1]}]"
            _number(ax, place + 0.5, value, ink[cell], points, who, what)
    look = {"ha": "center", "va": "bottom", "fontsize": style.small()}
    ax.text(left + values.shape[1] / 2, top + 0.12, name, **look)


def frame(ax, corner, shape, colour):
    """Draw a thick frame round a part of a table, of shape (rows, columns)."""
    left, top = corner
    look = {"fill": False, "edgecolor": colour, "linewidth": 3.5, "zorder": 3}
    look |= {"clip_on": False, "joinstyle": "round"}
    ax.add_patch(Rectangle((left, top - shape[0]), shape[1], shape[0], **look))


def _number(ax, place, value, ink, points, who, what):
    """Write a number into its cell, as large as fits."""
    text = written(value)
    width = _width(text)
    largest = max(min(_LARGEST, 0.5 * points), _SMALLEST)
    size = np.clip(0.8 * points / width, _SMALLEST, largest)
    if size * width > points:
        raise ValueError(
            f"{who}: {what} is {text}, too long to be legible in its cell. Give "
            f"the axes more room, draw a smaller table, or scale to short numbers."
        )
    look = {"ha": "center", "va": "center_baseline", "fontsize": size, "color": ink}
    ax.text(*place, text, **look, zorder=2)


@cache
def _width(text):
    """Return how wide a text of size 1 is."""
    return TextPath((0, 0), text, size=1).get_extents().width


def written(value):
    """Write a number, as a fraction where that is shorter, or exact and no longer.

    >>> written(0.5), written(1 / 9), written(8 / 3), written(-2)
    ('0.5', '1/9', '8/3', '−2')
    """
    text = style.number(value)
    near = Fraction(float(value)).limit_denominator(16)
    short = str(near).replace("-", "−")
    same = abs(near - value) < 1e-6 * abs(value)
    rounded = abs(float(text.replace("−", "-")) - value) > 1e-6 * abs(value)
    fits = len(short) <= len(text) if rounded else len(short) < len(text) > 4
    return short if same and fits else text
