"""Which part of what was read goes with which part of what was written."""

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import checks, shades, style, tokens

_MOST = 60  # rows
_BAR, _CELL, _HIGH = 80, 32, 340  # points: the colour bar, at most a cell, all cells


def alignment(
    weights, source, target, *, label="weight", xlabel="read", ylabel="written",
    limits=None, ax=None,
):  # fmt: skip
    """Draw a table of weights: a row for each output, a column for each input.

    The weights can be the size of gradients, outputs by inputs, or the 0 and 1 of an edit
    alignment. White is zero; with negative weights both signs reach equally far, else the
    scale goes from 0 to the greatest weight.

    weights : (T, S) float array
    source : S tokens, or a text: what was read
    target : T tokens: what was written
    label : what a weight is, with its unit
    xlabel, ylabel : what the columns and the rows are
    limits : (0, high) or (-high, high), to give the scale other ends
    Returns the Axes. Without axes, a figure of one plot gets the height that it needs.
    Raises ValueError if shapes do not fit, or there is no room for the tokens.
    """
    who = "alignment"
    checks.labelled(who, "weight", label=label, xlabel=xlabel, ylabel=ylabel)
    source = tokens.shown(who, "source", source)
    target = tokens.shown(who, "target", target)
    weights = _checked(weights, source, target)
    look = shades.scale(who, [weights], limits)
    ax = _canvas(ax, source, target)
    edges = [np.arange(n + 1) - 0.5 for n in reversed(weights.shape)]
    table = ax.pcolormesh(*edges, weights, **look)
    _name(ax, source, target)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.invert_yaxis()
    ax.spines[:].set(visible=True, color=style.PALETTE["grey"], linewidth=0.8)
    bar = ax.figure.colorbar(table, ax=ax, aspect=18, fraction=0.05, pad=0.03)
    bar.set_label(label)
    bar.outline.set_visible(False)
    bar.locator = plt.MaxNLocator(4)
    return ax


def _checked(weights, source, target):
    weights = style.finite(weights, "alignment", "weights")
    shape = len(target), len(source)
    if weights.shape != shape:
        cure = "Give a row for each token of target, a column for each of source."
        if weights.shape == shape[::-1]:
            cure = "Rows are outputs: transpose it."
        raise ValueError(
            f"alignment: weights must be (T, S), {shape} for these tokens, but the shape "
            f"is {weights.shape}. {cure}"
        )
    if len(target) > _MOST:
        raise ValueError(
            f"alignment: target has {len(target)} tokens, but {_MOST} rows are legible. "
            f"Draw a part."
        )
    return weights


def _canvas(ax, source, target):
    """Return the axes, in a figure of the height that its rows need, where it is ours."""
    if ax is None:
        ax = plt.gca()
    ours = ax.figure.axes == [ax]
    room = 72 * ax.figure.get_figwidth() - tokens.widest(target) - 40 - _BAR
    least = tokens.column(source)
    if least * len(source) > room:
        raise ValueError(
            f"alignment: source has {len(source)} tokens, but {int(room / least)} columns "
            f"are legible. Draw a part, or give the axes more room."
        )
    if ours:
        cell = min(room / len(source), _CELL, _HIGH / len(target))
        cell = max(cell, 1.35 * style.small())
        height = cell * len(target) + tokens.room(source) + 45
        ax.figure.set_figheight(max(height / 72, 2))
    return ax


def _name(ax, source, target):
    """Write the tokens beneath the columns and beside the rows."""
    ax.set_xticks(range(len(source)), source, **tokens.look())
    ax.set_yticks(range(len(target)), target, **tokens.look())
    for tick in ax.get_xticklabels():
        tick.set_rotation(0 if tokens.upright(tick.get_text()) else 90)
    ax.tick_params(length=0)
