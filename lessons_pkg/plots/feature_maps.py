"""What the layers of a convolutional network make of one image."""

import textwrap

import matplotlib.pyplot as plt

from lessons_pkg.plots import checks, grid, style

_EXAMPLE = '{"conv1": (C, H, W) array}'
_LETTERS = 66  # that fit into a line
_LINE = 0.25  # inches that it takes


def feature_maps(layers, *, most=8):
    """Draw for one image the maps of each layer: a row a layer, the first few channels.

    Each row has its own scale, which stands above it: from 0, white, to the greatest
    value of the maps shown, black; where maps hold negative values, white is zero and
    both signs reach equally far. A deep layer's maps are drawn as large as the first
    ones, only coarser, so that what is where can be compared.

    layers : dict, name -> (C, H, W) float array, from the image's side on
    most : maps of a layer that are drawn
    Returns the Figure.
    Raises TypeError if layers is no dict; ValueError if it is empty, a layer is not
    (C, H, W), or most is below 1.
    """
    layers = _checked(layers, most)
    parts = [maps[:most] for maps in layers.values()]
    looks = [_look(part) for part in parts]
    heads = [
        _head(name, part, len(maps), look)
        for (name, maps), part, look in zip(layers.items(), parts, looks, strict=True)
    ]
    figure, rows = _rows(heads, parts)
    for axes, part, look in zip(rows, parts, looks, strict=True):
        for ax, one in zip(axes, part, strict=False):
            grid.show(ax, one, **look)
    return figure


def _checked(layers, most):
    who = "feature_maps"
    checks.something(who, "layers", layers, _EXAMPLE)
    if most < 1:
        raise ValueError(
            f"{who}: most is {most}, but a row holds at least one map. Give 1 or more."
        )
    arrays = {
        name: style.finite(maps, who, f"{name!r}") for name, maps in layers.items()
    }
    for name, maps in arrays.items():
        if maps.ndim != 3 or not maps.size:
            cure = "Give an axis to a single map: maps[None]."
            cure = "Take one image of the batch: maps[0]." if maps.ndim == 4 else cure
            raise ValueError(
                f"{who}: {name!r} must be (C, H, W), the maps of one image, but its "
                f"shape is {maps.shape}. {cure}"
            )
    return arrays


def _look(maps):
    """Return the colours of one layer and the two ends of its scale."""
    if maps.min() < 0:
        return grid.signed(maps)
    return grid.ink(maps, limits=(0, maps.max() or 1.0))


def _head(name, part, n, look):
    """Return the line above a row: "conv1: 8 of 32 maps of 26 × 26, black is 3.2"."""
    high = style.number(look["vmax"])
    scale = f"black\u00a0=\u00a0{high}" if part.any() else "all 0"
    if look["vmin"] < 0:
        scale = (
            f"blue\u00a0=\u00a0{style.number(look['vmin'])}, orange\u00a0=\u00a0{high}"
        )
    size = " × ".join(map(str, part.shape[1:]))
    text = f"{name}: {grid.some(len(part), n, 'map')} of {size}, {scale}"
    return "\n".join(textwrap.wrap(text, _LETTERS))


def _rows(heads, parts):
    """Return a figure with a line of text above each row, and the rows' axes."""
    n_columns = max(map(len, parts))
    side = style.WIDTH / n_columns - 0.08
    heights = []
    for head, part in zip(heads, parts, strict=True):
        lines = head.count("\n") + 1
        heights += [lines * _LINE + 0.06, side * part.shape[1] / part.shape[2] + 0.08]
    figure = plt.figure(figsize=(style.WIDTH, sum(heights) + 0.1))
    figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.02, wspace=0, hspace=0)
    places = figure.add_gridspec(2 * len(parts), n_columns, height_ratios=heights)
    rows = []
    for k, head in enumerate(heads):
        ax = figure.add_subplot(places[2 * k, :])
        ax.set_axis_off()
        ax.text(0, 0.05, head, fontsize=style.small(), va="bottom", in_layout=False)
        rows.append(
            [figure.add_subplot(places[2 * k + 1, j]) for j in range(n_columns)]
        )
        for ax in rows[-1]:
            grid.blank(ax)
    return figure, rows
