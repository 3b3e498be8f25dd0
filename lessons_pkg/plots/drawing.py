"""The parts of a drawn network: layers of round units, joined by arrows."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle

from lessons_pkg.plots import style

WIDTH = 16  # of the drawing; one length is then 40 px on a page
RADIUS = 0.8  # of a unit
MOST = 5  # places in a layer; of more units, the last stands below three dots
THIN = {"color": style.PALETTE["grey"], "linewidth": 1.2, "zorder": 1}


def rows(n):
    """Return (index, height) of each unit drawn; of many, the first ones and the last.

    One place is then left free for the dots. The middle of the layer is at height 0.
    """
    shown = list(range(n)) if n <= MOST else [*range(MOST - 2), None, n - 1]
    top = step(n) * (len(shown) - 1) / 2
    return [(i, top - step(n) * k) for k, i in enumerate(shown) if i is not None]


def step(n):
    """Return the height between two places of a layer of n units."""
    return min(3.4, 8.0 / min(n, MOST))


def radius(n):
    """Return the radius at which n units in a layer do not touch."""
    return min(RADIUS, 0.42 * step(n))


def dots(ax, left, places):
    """Draw three dots where `rows` left units out."""
    if places[-1][0] != len(places) - 1:
        middle = (places[-2][1] + places[-1][1]) / 2
        look = {"color": style.PALETTE["grey"], "markersize": 7}
        ax.plot([left] * 3, middle + np.array([-0.4, 0, 0.4]), ".", **look)


def canvas(ax, places, top=None, below=False):
    """Clear the axes for a drawing of page width that reaches from top to captions.

    places : rows of the highest layer; below : a line of text stands under its units
    """
    ax = plt.gca() if ax is None else ax
    top = places[0][1] + 1 if top is None else top
    bottom = min(places[-1][1] - (1.7 if below else 0.9), -1.7) - 0.9
    ax.set(xlim=(0, WIDTH), ylim=(bottom, top), aspect="equal")
    ax.set_axis_off()
    return ax


def captions(ax, names, lefts):
    """Write the layers' names along the foot of the drawing."""
    look = {"ha": "center", "va": "bottom", "color": style.PALETTE["grey"]}
    for name, left in zip(names, lefts, strict=True):
        ax.text(left, ax.get_ylim()[0] + 0.1, name, fontsize=style.small(), **look)


def unit(ax, left, y, text, colour=None, radius=RADIUS):
    """Draw a round unit with its name in it."""
    colour = style.PALETTE["grey"] if colour is None else colour
    look = {"facecolor": "white", "edgecolor": colour, "linewidth": 2.2, "zorder": 3}
    ax.add_patch(Circle((left, y), radius, **look))
    ax.text(left, y, text, ha="center", va="center", zorder=4)


def arrow(ax, tail, head, label="", value=None, at=0.5, **other):
    """Draw an arrow; by the sign of its value solid or dashed, and in two colours.

    other : what its look is to have instead
    """
    look = {"color": style.PALETTE["grey"], "arrowstyle": "-|>", "mutation_scale": 18}
    look |= {"linewidth": 2, "shrinkA": 0, "shrinkB": 2}
    if value is not None:
        negative, positive = style.CYCLE[:2]
        look["color"] = positive if value >= 0 else negative
        look["linestyle"] = style.DASHES[0 if value >= 0 else 1]
    ax.annotate("", xytext=tail, xy=head, arrowprops=look | other, zorder=1)
    if label:
        paper = {"boxstyle": "square,pad=0.1", "facecolor": "white", "linewidth": 0}
        x, y = np.array(tail) + at * (np.array(head) - np.array(tail))
        ax.text(x, y, label, ha="center", va="center", zorder=2, bbox=paper)


def named(name, value):
    """Return "w" without a value, "w = 2" with one."""
    return f"${name}$" if value is None else f"${name}$ = {style.number(value)}"
