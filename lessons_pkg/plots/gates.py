"""What gates and units did along a sentence."""

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import checks, shades, style, tokens

# Lengths in points
_ROW, _UNIT, _MOST, _GAP, _PAD = 18, 3, 150, 12, 6
_LINES = 12  # of text
_KEY, _BAR = 30, 110  # of the line that explains the colours
_EXAMPLE = '{"forget gate": (T,) array}'


def gates(values, text, *, label="activation", limits=None, ax=None):
    """Draw rows of values along a text, a column a token, which stands beneath it.

    A long text is broken into lines, each with all the rows above it. Spaces are written
    as ␣, line ends as ↵, and signs that the font has not as □. All rows share one scale:
    from 0 to 1 where all values lie there, as those of gates do; with negative values
    white is zero, and both signs reach equally far; else from 0 to the greatest value.

    values : dict, name -> (T,) float array, or (T, H) for H units, drawn as thin rows
    text : T letters, or a list of T tokens
    label : what a value is, with its unit
    limits : (0, high) or (-high, high), to give the scale other ends
    Returns the Axes. Without axes, a figure of one plot gets the height that it needs.
    Raises ValueError if a length is not T, there is nothing to draw, a value is not
    finite, or a token is too long.
    """
    who = "gates"
    text = tokens.shown(who, "text", text)
    values = _checked(values, len(text), label)
    look = shades.scale(who, values.values(), limits, least_top=1.0)
    ax, width = _axes(ax)
    margin = _margin(values, width)
    per_line, column = _columns(text, width - margin)
    heights = {name: _height(rows) for name, rows in values.items()}
    below = tokens.room(text)
    line = sum(heights.values()) + _PAD * (len(values) - 1) + below
    tops = [_KEY + k * (line + _GAP) for k in range(-(-len(text) // per_line))]
    _canvas(ax, width, tops[-1] + line)
    _key(ax, margin, look, label)
    for k, top in enumerate(tops):
        part = slice(k * per_line, (k + 1) * per_line)
        edges = margin + column * np.arange(len(text[part]) + 1)
        for name, rows in values.items():
            _row(ax, edges, top, heights[name], rows[:, part], look)
            middle = top + heights[name] / 2
            ax.text(margin - _PAD, middle, name, **_NAMES)
            top += heights[name] + _PAD
        tokens.beneath(ax, edges, top - _PAD, text[part])
    return ax


_NAMES = {"ha": "right", "va": "center"}


def _checked(values, T, label):
    """Return the values as a dict, name -> (H, T) float array."""
    checks.labelled("gates", "activation", label=label)
    checks.something("gates", "values", values, _EXAMPLE)
    found = {}
    for name, rows in values.items():
        rows = style.finite(rows, "gates", repr(name))
        if rows.ndim not in (1, 2) or len(rows) != T or not rows.size:
            cure = "Give one row of numbers for each token."
            if rows.ndim == 2 and rows.shape[1] == T:
                cure = "Put the tokens first: transpose it."
            raise ValueError(
                f"gates: {name!r} must be (T,) or (T, H) for the T={T} tokens of text, "
                f"but its shape is {rows.shape}. {cure}"
            )
        found[str(name)] = rows.reshape(T, -1).T
    return found


def _axes(ax):
    """Return the axes, made if need be, and their width in points."""
    if ax is None:
        ax = plt.gca()
    ax.set_axis_off()
    ax.figure.draw_without_rendering()  # lays the axes out: now their size is known
    return ax, 72 / ax.figure.dpi * ax.get_window_extent().width


def _canvas(ax, width, height):
    """Make one unit a point, from the top down."""
    if ax.figure.axes == [ax]:
        ax.figure.set_figheight(ax.figure.get_figwidth() * height / width)
    ax.set(xlim=(0, width), ylim=(height, 0))


def _margin(values, width):
    """Return the room for the names of the rows, at most a third of the width."""
    size = plt.rcParams["font.size"]
    need = max(tokens.measured(name, size) for name in values) + _PAD + 2
    if need > width / 3:
        name = max(values, key=len)
        raise ValueError(
            f"gates: the name {name!r} takes more than a third of the width. Give a "
            f"shorter one, or break it with a line end."
        )
    return need


def _columns(text, room):
    """Return how many tokens stand in a line, all lines alike, and a column's width."""
    least = tokens.column(text)
    most = max(int(room / least), 1)
    lines = -(-len(text) // most)
    if lines > _LINES:
        raise ValueError(
            f"gates: text has {len(text)} tokens, but {most * _LINES} are legible, in "
            f"{_LINES} lines. Draw a part."
        )
    per_line = -(-len(text) // lines)
    return per_line, min(room / per_line, 2 * least)


def _height(rows):
    return _ROW if len(rows) == 1 else max(_ROW, min(4 * _UNIT * len(rows), _MOST))


def _row(ax, edges, top, height, rows, look):
    """Draw the values (H, T) of one name, the first unit at the top, in a thin frame."""
    sides = np.linspace(top, top + height, len(rows) + 1)
    ax.pcolormesh(edges, sides, rows, **look)
    x, y = edges[[0, -1]], sides[[0, -1]]
    frame = {"color": style.PALETTE["grey"], "linewidth": 0.8, "clip_on": False}
    ax.plot(x[[0, 1, 1, 0, 0]], y[[0, 0, 1, 1, 0]], **frame)


def _key(ax, left, look, label):
    """Draw the scale of the colours above all rows, with both ends and the label."""
    low, high = look["vmin"], look["vmax"]
    ends = [style.number(low), style.number(high)]
    size = {"fontsize": style.small(), "va": "center"}
    left += tokens.measured(ends[0], style.small()) + _PAD
    x = np.linspace(left, left + _BAR, 65)
    shades = (np.linspace(low, high, 65)[1:] + np.linspace(low, high, 65)[:-1]) / 2
    _row(ax, x, 4, 12, shades[None], look)
    ax.text(left - _PAD, 10, ends[0], ha="right", **size)
    ax.text(left + _BAR + _PAD, 10, f"{ends[1]}   {label}", ha="left", **size)
