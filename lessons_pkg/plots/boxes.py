"""Boxes round what is in images: where a network says it is, and where it is."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from lessons_pkg.plots import grid, style

_LOOKS = {  # told apart by dash as well as by colour
    "target": {"color": style.PALETTE["blue"], "linestyle": "-"},
    "predicted": {"color": style.PALETTE["vermillion"], "linestyle": (0, (3, 1.5))},
}
_RIM = {"color": "white", "linewidth": 5, "zorder": 2}  # to stand out on dark pixels


def boxes(images, predicted=None, target=None, *, titles=None, n_columns=5):
    """Draw each image with its boxes: the target drawn through, the predicted dashed.

    A box is (x0, y0, x1, y1): x0 and x1 count columns from the left edge of the image,
    y0 and y1 rows from its top, and x1 and y1 lie one past the last pixel within. Of a
    predicted box that reaches over the edge, the part within is drawn.

    images : (N, H, W) float array, or (N, H, W, 3) colours from 0 to 1
    predicted, target : (N, 4) float arrays in pixels; one of the two may be left out
    titles : N texts, each written above its image
    Returns the Figure.
    Raises ValueError if there is no box, an array is not (N, 4), corners are in the
    wrong order, or a box lies outside its image.
    """
    images = grid.checked("boxes", images, titles, n_columns)
    if predicted is None and target is None:
        raise ValueError(
            "boxes: neither predicted nor target is given, so there is no box to draw. "
            "Give one of them, or use image_grid."
        )
    given = {"target": target, "predicted": predicted}
    given = {
        what: _checked(what, array, images.shape)
        for what, array in given.items()
        if array is not None
    }
    look, below = grid.ink(images), grid.KEY
    figure, axes = grid.pictures(images, titles, n_columns, look, below=below)
    for what, corners in given.items():
        for ax, box in zip(axes, corners, strict=True):
            _frame(ax, box, **_LOOKS[what])
    grid.key(figure, [Line2D([], [], label=what, **_LOOKS[what]) for what in given])
    return figure


def _frame(ax, corners, **look):
    """Draw a box; the first pixel of a picture reaches from -0.5 to 0.5."""
    x0, y0, x1, y1 = corners - 0.5
    look |= {"linewidth": 2.5, "zorder": 3}
    for one in (_RIM, look):
        box = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, clip_on=False, **one)
        ax.add_patch(box)


def _checked(what, corners, shape):
    """Return corners (N, 4) within the images, or say what is wrong with them."""
    corners = style.finite(corners, "boxes", what)
    n, height, width = shape[:3]
    if corners.shape != (n, 4):
        raise ValueError(
            f"boxes: {what} must be ({n}, 4), one box (x0, y0, x1, y1) for each image, "
            f"but its shape is {corners.shape}."
        )
    x0, y0, x1, y1 = corners.T
    _refuse(
        what,
        corners,
        (x1 <= x0) | (y1 <= y0),
        "but x0 must be less than x1, and y0 less than y1. Give two opposite corners, "
        "not a corner and a size.",
    )
    if np.abs(corners).max() <= 1 < min(height, width) and np.any(corners % 1):
        raise ValueError(
            f"boxes: {what} holds no number above 1, so these seem to be shares of the "
            f"side, but boxes are in pixels. Multiply them by the size of the images."
        )
    edge = [width, height, width, height]
    inside = np.clip(corners, 0, edge)
    over = np.any(inside != corners, axis=1)
    gone = (inside[:, 2] <= inside[:, 0]) | (inside[:, 3] <= inside[:, 1])
    _refuse(
        what,
        corners,
        gone | (over & (what == "target")),
        f"but the images reach from (0, 0) to ({width}, {height}), x first. "
        f"Check the order of the corners.",
    )
    return inside


def _refuse(what, corners, wrong, rule):
    """Raise ValueError with the first box that is wrong, if there is one."""
    if wrong.any():
        i = np.flatnonzero(wrong)[0]
        numbers = ", ".join(style.number(number) for number in corners[i])
        raise ValueError(f"boxes: {what}[{i}] is ({numbers}), {rule}")
