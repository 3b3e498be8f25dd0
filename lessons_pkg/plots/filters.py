"""The weights of a convolution, as pictures."""

import numpy as np

from lessons_pkg.plots import grid, style

_SIDE = 0.8  # inches, at most, of a picture in a table
_MOST = 8  # outputs that are drawn where each takes a row


def filters(weight, *, names=None, n_columns=8, label="weight"):
    """Draw each filter of a convolution; all share one scale, on which white is zero.

    With one input channel each output is one picture. With several, an output is a row
    and a channel a column: the first 8 outputs and the first n_columns channels, and
    the foot of the figure says how many there are.

    weight : (O, C, KH, KW) float array, torch's order
    names : O texts, one for each output; 0, 1, ... if left out
    label : what a weight means; written beside the colour bar
    Returns the Figure.
    Raises ValueError if weight is not (O, C, KH, KW), or empty, or the names are not O.
    """
    weight = style.finite(weight, "filters", "weight")
    _check(weight, names, n_columns)
    named = range(len(weight)) if names is None else names
    if weight.shape[1] == 1:
        return _pictures(weight[:, 0], named, n_columns, label)
    figure = _table(weight, [str(name) for name in named], n_columns, label)
    if names is None:
        figure.supylabel("output", fontsize=style.small())
    return figure


def _check(weight, names, n_columns):
    if weight.ndim != 4 or not weight.size:
        cure = "For pictures (N, H, W), use image_grid."
        if weight.ndim == 2:
            cure = "A dense layer has no filters: use image_grid on its rows, reshaped."
        raise ValueError(
            f"filters: weight must be (O, C, KH, KW) with no axis empty, but the shape "
            f"is {weight.shape}. {cure}"
        )
    if names is not None and len(names) != len(weight):
        raise ValueError(
            f"filters: there are {len(weight)} outputs, but {len(names)} names. "
            f"Give one name for each output."
        )
    if n_columns < 1:
        raise ValueError(
            f"filters: n_columns is {n_columns}, but a row holds at least one filter. "
            f"Give 1 or more."
        )


def _pictures(weight, names, n_columns, label):
    """Draw (O, KH, KW), each with its name above it."""
    look, right = grid.signed(weight), grid.BAR
    figure, axes = grid.pictures(weight, names, n_columns, look, right=right)
    grid.bar(figure, axes[0].images[0], figure.axes, label)
    return figure


def _table(weight, names, n_columns, label):
    """Draw (O, C, KH, KW): a row an output, a column a channel."""
    part = weight[:_MOST, :n_columns]
    n_rows, n_columns, *shape = part.shape
    beside = grid.BAR + 0.12 * max(map(len, names[:n_rows]))  # the bar and the names
    beside = max(beside, style.WIDTH - _SIDE * n_columns)
    figure, axes = grid.page(n_rows, n_columns, shape, right=beside, below=0.8)
    figure.set_layout_engine("compressed", w_pad=0.04, h_pad=0.04, wspace=0, hspace=0)
    for ax, (row, column) in zip(axes, np.ndindex(n_rows, n_columns), strict=True):
        title = str(column) if row == 0 else None
        shown = grid.show(ax, part[row, column], title, **grid.signed(part))
        if column == 0:
            look = {"rotation": 0, "ha": "right", "va": "center"}
            ax.set_ylabel(names[row], fontsize=style.small(), **look)
    grid.bar(figure, shown, axes, label)
    figure.suptitle("input channel", fontsize=style.small())
    foot = f"{grid.some(n_rows, len(weight), 'output')}, "
    foot += grid.some(n_columns, weight.shape[1], "channel")
    figure.supxlabel(foot, fontsize=style.small())
    return figure
