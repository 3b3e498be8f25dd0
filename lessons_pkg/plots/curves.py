"""Lines over a common x axis, each named at its end."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import checks, scales, style


def curves(lines, x=None, *, xlabel, ylabel, xscale="linear", yscale="linear", ax=None):
    """Draw one line for each entry of lines, with its name where it ends.

    Several runs of the same curve, such as one a seed, are drawn as their median and
    a band from the least to the greatest.

    lines : dict, name -> (T,) float array, or (n_runs, T)
    x : (T,) float array in rising order; 0, 1, ..., T-1 if left out
    xlabel, ylabel : what the axes measure, with the unit: "epoch", "loss (nats)"
    xscale, yscale : "log", or "linear", which leaves the scale that the axes have
    Returns the Axes.
    Raises ValueError if there is no line, a label is empty, lengths differ, or a
    logarithmic scale cannot show a value.
    """
    lines, x = _checked(lines, x, xlabel, ylabel)
    scales.checked("curves", "x", xscale, {"x": x})
    scales.checked("curves", "y", yscale, {repr(n): line for n, line in lines.items()})
    ax = plt.gca() if ax is None else ax
    ends = []
    for k, (name, runs) in enumerate(lines.items()):
        colour, marker = style.markers(len(lines))[k]
        dash = style.DASHES[k % len(style.DASHES)]
        middle = np.median(runs, axis=0)
        if len(runs) > 1:
            low, high = runs.min(axis=0), runs.max(axis=0)
            ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        look = {"color": colour, "linestyle": dash, "zorder": 3, "label": name}
        ax.plot(x, middle, **look, marker=marker, markevery=[-1])
        ends.append(middle[-1])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.02)
    for axis, scale in ((ax.xaxis, xscale), (ax.yaxis, yscale)):
        if scale == "log":
            scales.logarithmic(axis)
    _name_ends(ax, list(lines), x[-1], ends)
    return ax


def _checked(lines, x, xlabel, ylabel):
    checks.labelled("curves", "loss (nats)", xlabel=xlabel, ylabel=ylabel)
    if not lines:
        raise ValueError(
            "curves: lines is empty, so there is nothing to draw. "
            'Give a dict of named curves, such as {"training": losses}.'
        )
    lines = {
        name: np.atleast_2d(style.finite(line, "curves", repr(name)))
        for name, line in lines.items()
    }
    first = next(iter(lines.values()))
    x = np.arange(first.shape[-1]) if x is None else style.finite(x, "curves", "x")
    for name, line in lines.items():
        if line.ndim != 2 or line.shape[1:] != x.shape or not line.size:
            raise ValueError(
                f"curves: {name!r} has the shape {line.shape}, but x has {x.shape}. "
                f"Each line must be (T,), or (n_runs, T), and x (T,)."
            )
    return lines, x


def _name_ends(ax, names, right, ends):
    """Write each name right of its line's end, moved up or down where two would touch.

    Where one is moved, thin leaders join all names to their lines.
    """
    ax.get_ylim()  # brings the scale up to date with what was drawn
    points = 72 / ax.figure.dpi
    heights = ax.transData.transform([(right, end) for end in ends])[:, 1] * points
    shifts = _spread(heights, 1.3 * matplotlib.rcParams["font.size"]) - heights
    moved = np.abs(shifts).max() >= 1
    for k, shift in enumerate(shifts):
        colour = style.markers(len(ends))[k][0]
        leader = {"arrowstyle": "-", "color": colour, "shrinkA": 0, "shrinkB": 5}
        ax.annotate(
            names[k],
            xy=(right, ends[k]),
            xytext=(26 if moved else 12, shift),
            textcoords="offset points",
            va="center",
            arrowprops=leader if moved else None,
            annotation_clip=False,
        )


def _spread(ends, gap):
    """Return heights at least one gap apart, each as near to its end as that lets it.

    Neighbours that would touch are gathered in a block about the mean of their ends.
    """
    order = np.argsort(ends, kind="stable")
    blocks = []
    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and _touch(ends, gap, *blocks[-2:]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = np.empty(len(ends))
    for block in blocks:
        placed[block] = _places(ends, gap, block)
    return placed


def _places(ends, gap, block):
    middle = np.mean([ends[i] for i in block])
    return middle + gap * (np.arange(len(block)) - (len(block) - 1) / 2)


def _touch(ends, gap, below, above):
    reach = _places(ends, gap, above)[0] - _places(ends, gap, below)[-1]
    return reach < gap * (1 - 1e-9)
