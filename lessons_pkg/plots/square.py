"""A square from 0 to 1 on both axes, with its key beside it: for rates and shares."""

import textwrap

import matplotlib.pyplot as plt

from lessons_pkg.plots import style


def square(ax, xlabel, ylabel):
    """Make the axes (the current ones for None) a square from 0 to 1, and return them.

    A curve along an edge keeps its full width, for nothing is cut off there.
    """
    ax = plt.gca() if ax is None else ax
    ticks = [0, 0.5, 1] if _narrow(ax) else [0, 0.25, 0.5, 0.75, 1]
    names = [style.number(tick) for tick in ticks]
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=xlabel, ylabel=ylabel)
    ax.set_xticks(ticks, names)
    ax.set_yticks(ticks, names)
    ax.set_aspect("equal", adjustable="box", anchor="SW")
    return ax


def reference(ax, x, y, label):
    """Draw the line that a curve is compared with, thin, grey and dotted."""
    look = {"color": style.PALETTE["grey"], "linestyle": (0, (1, 2)), "linewidth": 1.8}
    ax.plot(x, y, **look, label=label, zorder=2)


def draw(ax, k, x, y, label, **look):
    """Draw curve number k; of its points, a few carry its mark."""
    colour, marker = style.markers(k + 1)[k]
    look = {"linestyle": style.DASHES[k % len(style.DASHES)], "marker": marker} | look
    look = {"color": colour, "zorder": 3, "clip_on": False, "markersize": 7} | look
    ax.plot(x, y, label=label, **{"markevery": 0.24} | look)


def key(ax):
    """Name the curves right of the square, or above it where there is no room."""
    above, look = _narrow(ax), {"handlelength": 1.7, "handletextpad": 0.5}
    look |= {"borderaxespad": 0.4, "borderpad": 0}
    place = ("lower left", (-0.15, 1.02)) if above else ("upper left", (1.02, 1))
    ax.legend(loc=place[0], bbox_to_anchor=place[1], **look)
    wide = 22 if above else 14  # letters that fit
    for text in ax.get_legend().get_texts():
        name, bracket, number = text.get_text().partition(" (")
        together = len(name + bracket + number) <= wide
        end = bracket if together else bracket.replace(" ", "\n")
        text.set_text(f"{textwrap.fill(name, wide)}{end}{number}")


def _narrow(ax):
    """Tell whether the place of the axes leaves less than half its height beside it."""
    place = ax.get_position(original=True)
    width, height = ax.figure.get_size_inches() * (place.width, place.height)
    return width < 1.5 * height
