"""A recurrent cell, folded and unrolled in time."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from lessons_pkg.plots import drawing, style, unrolled_labels
from lessons_pkg.plots.unrolled_labels import DOTS, width

_ROW = 2.7  # from the states up to the outputs; all lengths in units of drawing.WIDTH
_FOLDED, _START = 4.5, 2.15  # room at the left for the folded cell, for the first state
_LEAST, _WIDEST = 1.4, 3.4  # from step to step
_TINTS = ["#FCE6D8", "#DCEAF4", "#D9EFE8"]  # of the cells of each part


def unrolled(
    n_steps, *, inputs=None, outputs=None, states=None, start="$h_{0}$", parts=None,
    fed=False, folded=None, weights=("$W_{x}$", "$W_{h}$", "$W_{y}$"), ax=None,
):  # fmt: skip
    """Draw a recurrent network unrolled over its steps, and the cell folded beside it.

    Arrows of one colour carry the same weights at every step; a black one hands the state
    on to the next part. Which inputs and outputs exist makes the network many to one, one
    to many or many to many.

    inputs, outputs : which steps have one, as a list of their numbers from 0 on; or
        n_steps labels, None at a step that has none; all, if left out
    states : n_steps labels; None draws dots, for steps that are left out
    start : label of the state before the first step; None leaves it out
    parts : dict, name -> steps, for networks that hand their state over, each with
        weights of its own: {"encoder": 3, "decoder": 4}
    fed : draw each output going back in as the next step's input, where both exist
    folded : draw the cell with its loop at the left; by default where there is one part
    weights : labels of the weights from the input, from the state and to the output
    Returns the Axes. Without axes, a figure of one plot gets the height that it needs.
    Raises ValueError for too many steps, labels that are not n_steps or too long, or
    parts that do not add up.
    """
    parts, folded = unrolled_labels.parts_of(n_steps, parts, folded)
    before = 0.2 if start is None else _START if len(parts) == 1 else 1.5
    first = folded * _FOLDED + before
    room = drawing.WIDTH - 0.2 - first
    unrolled_labels.n_steps_of(n_steps, int(room / _LEAST))
    step = min(room / n_steps, _WIDEST)
    radius = min(0.75, 0.35 * step)
    rows = unrolled_labels.rows_of(n_steps, inputs, states, outputs)
    symbols = unrolled_labels.symbols(weights)
    unrolled_labels.fit(rows, symbols, step, 2 * radius)
    lefts = first + step * (np.arange(n_steps) + 0.5)
    ax = _canvas(ax, rows, parts, folded)
    looks = _looks(parts)
    named = symbols if len(parts) == 1 else [""] * 3
    if folded:
        _folded(ax, rows, named, looks[0])
        middle = (lefts[0] + lefts[-1]) / 2
        _foot(ax, ["folded", "unrolled in time"], [1.5, middle])
    else:
        starts = np.cumsum([0, *parts.values()])
        pairs = pairwise(starts)
        _foot(ax, list(parts), [lefts[a:b].mean() for a, b in pairs])
    if start is not None:
        _text(ax, first - before + 0.7, 0, start)
        _hand_over(ax, first - before + 1.15, lefts[0] - radius, looks[0][2], named[1])
    for t, x in enumerate(lefts):
        every = step > 2.2 or t == 0
        _column(ax, x, radius, [row[t] for row in rows], named, looks[t], every)
        if t:
            name = named[1] if step - 2 * radius > 1.2 and not fed else ""
            colour = looks[t][2] if looks[t] == looks[t - 1] else style.INK
            _hand_over(ax, lefts[t - 1] + radius, x - radius, colour, name)
    if fed:
        _feed(ax, lefts, radius, rows)
    return ax


def _canvas(ax, rows, parts, folded):
    """Clear the axes, or make them, for as many rows as there are, and a line beneath."""
    inputs, _, outputs = rows
    top = 0.95 + (_ROW - 0.4) * any(outputs)
    bottom = -0.95 - (_ROW - 0.4) * any(inputs) - 0.8 * (folded or len(parts) > 1)
    if ax is None:
        ax = plt.gca()
        if ax.figure.axes == [ax]:
            width = ax.figure.get_figwidth()
            ax.figure.set_figheight(width * (top - bottom) / drawing.WIDTH)
    ax.set(xlim=(0, drawing.WIDTH), ylim=(bottom, top), aspect="equal")
    ax.set_axis_off()
    return ax


def _looks(parts):
    """Return for each step the colours: of its cell, from input, from state, to output."""
    blue, vermillion, green = style.CYCLE[:3]
    if len(parts) == 1:
        return [(_TINTS[0], blue, vermillion, green)] * sum(parts.values())
    colours = [vermillion, blue, green]
    looks = [(_TINTS[k % 3], *[colours[k % 3]] * 3) for k in range(len(parts))]
    return [
        look for look, n in zip(looks, parts.values(), strict=True) for _ in range(n)
    ]


def _column(ax, x, radius, labels, symbols, look, named=True):
    """Draw one step: its cell, and its input and output where they exist."""
    given, state, answer = labels
    tint, from_input, _, to_output = look
    if state == DOTS:
        _text(ax, x, 0, DOTS, fontsize=20)
        return
    look = {"facecolor": tint, "edgecolor": style.INK, "linewidth": 2.2, "zorder": 3}
    ax.add_patch(Rectangle((x - radius, -radius), 2 * radius, 2 * radius, **look))
    _text(ax, x, 0, state)
    if given is not None:
        _text(ax, x, -_ROW, given)
        drawing.arrow(ax, (x, 0.55 - _ROW), (x, -radius), color=from_input)
    if answer is not None:
        _text(ax, x, _ROW, answer)
        drawing.arrow(ax, (x, radius), (x, _ROW - 0.55), color=to_output)
    for label, symbol, side in ((given, symbols[0], -1), (answer, symbols[2], 1)):
        if named and label is not None:
            place = x, side * (radius + _ROW - 0.55) / 2
            look = {"textcoords": "offset points", "va": "center"}
            ax.annotate(symbol, place, (7, 0), **look)


def _hand_over(ax, left, right, colour, symbol):
    """Draw the arrow from one state to the next, with the weights' label above."""
    drawing.arrow(ax, (left, 0), (right, 0), color=colour)
    _text(ax, (left + right) / 2, 0.5, symbol)


def _folded(ax, rows, symbols, look):
    """Draw the one cell with its loop at the left, and what it has of each step."""
    inputs, _, outputs = rows
    labels = "$x_{t}$" if any(inputs) else None, "$h_{t}$", "$y_{t}$"
    labels = *labels[:2], labels[2] if any(outputs) else None
    x, r = 1.1, 0.75
    _column(ax, x, r, labels, symbols, look)
    loop = [(x + r, 0.4), (x + r + 0.75, 0.4), (x + r + 0.75, -0.4)]
    ax.plot(*np.transpose(loop), color=look[2], linewidth=2, zorder=1)
    drawing.arrow(ax, loop[-1], (x + r, -0.4), color=look[2])
    _text(ax, x + r + 0.9, 0, symbols[1], ha="left")
    _text(ax, 4.25, 0, "=", fontsize=20)


def _feed(ax, lefts, radius, rows):
    """Draw each output's way back in, dashed, where the next step has an input."""
    inputs, _, outputs = rows
    for t, (x, after) in enumerate(pairwise(lefts)):
        if outputs[t] is not None and inputs[t + 1] is not None:
            between = after - radius - 0.25
            way = [(x + _beside(outputs[t]), _ROW), (between, _ROW), (between, -_ROW)]
            look = {"color": style.PALETTE["grey"], "linestyle": style.DASHES[1]}
            ax.plot(*np.transpose(way), **look, linewidth=1.8, zorder=0)
            head = after - _beside(inputs[t + 1]), -_ROW
            drawing.arrow(ax, way[-1], head, color=style.PALETTE["grey"])


def _beside(label):
    return width(label) / 2 + 0.12


def _foot(ax, names, middles):
    look = {"ha": "center", "va": "bottom", "color": style.PALETTE["grey"]}
    for name, x in zip(names, middles, strict=True):
        ax.text(x, ax.get_ylim()[0] + 0.1, name, fontsize=style.small(), **look)


def _text(ax, x, y, text, **look):
    if text:
        ax.text(x, y, text, **{"ha": "center", "va": "center", "zorder": 4} | look)
