"""Colours, markers and text sizes that every figure of the course shares."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.registry import backend_registry
from matplotlib.colors import LinearSegmentedColormap

# Okabe and Ito (2008), "Color Universal Design": told apart by readers with any
# common form of colour blindness. Their eighth colour, black, is our text.
PALETTE = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "grey": "#6B6B6B",
}
INK = "#1A1A1A"

# In this order because blue to purple reach a contrast of 3:1 on white, which a thin
# line needs; yellow does not come near it and is for filled areas only.
CYCLE = [
    PALETTE[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky")
]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]  # seven: no pair repeats before 42
# Only the first is drawn through: a line beneath another shows in its gaps.
DASHES = [
    "-",
    (0, (5, 1.5)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (1.2, 1.2)),
    (0, (9, 3)),
    (0, (9, 2, 3, 2)),
]

DIVERGING = LinearSegmentedColormap.from_list(
    "lesson_diverging",
    ["#003B5C", PALETTE["blue"], "#FFFFFF", PALETTE["vermillion"], "#6E3100"],
)

# 640 px wide on a page, and still legible at 340 px on a phone: 14 points are then
# about 10 px high.
WIDTH, HEIGHT, DPI = 6.4, 4.0, 100
_SETTINGS = {
    "figure.figsize": (WIDTH, HEIGHT),
    "figure.dpi": DPI,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
    "figure.facecolor": "white",  # opaque: a dark page inverts the whole picture
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "savefig.dpi": 2 * DPI,
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.labelsize": 14,
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "legend.fontsize": 13,
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": PALETTE["grey"],
    "xtick.color": PALETTE["grey"],
    "ytick.color": PALETTE["grey"],
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.2,
    "axes.prop_cycle": plt.cycler(color=CYCLE),
    "axes.unicode_minus": True,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "image.cmap": "gray_r",
}


def use():
    """Set the course's look for every figure drawn from now on.

    White and opaque, Okabe-Ito colours, text that stays legible on a phone, and in a
    notebook pictures of double resolution shown at their size on the page.
    """
    matplotlib.rcParams.update(_SETTINGS)
    name = matplotlib.get_backend(auto_select=False)
    if name is not None and "inline" in name:
        backend_registry.load_backend_module(name).set_matplotlib_formats("retina")


def number(value):
    """Write a number the short way that figures need: 2, -1.5, 0.333.

    >>> number(2.0), number(-1.5), number(1 / 3)
    ('2', '−1.5', '0.333')
    """
    text = f"{float(value):.3g}"
    return ("0" if text == "-0" else text).replace("-", "−")


def small():
    """Return the size in points of the smallest text that a figure may hold."""
    return 0.93 * matplotlib.rcParams["font.size"]


def markers(n):
    """Return n pairs (colour, marker), so that no class is told by colour alone."""
    return [(CYCLE[i % len(CYCLE)], MARKERS[i % len(MARKERS)]) for i in range(n)]


def finite(values, who, what):
    """Return values, of a tensor without its gradient, as a float array of finite numbers.

    Raises ValueError where one is not finite.
    """
    values = values.detach() if hasattr(values, "detach") else values
    array = np.asarray(values, dtype=float)
    if not np.isfinite(array).all():
        raise ValueError(
            f"{who}: {what} holds a value that is not finite (inf or nan). "
            f"Find where the computation left the range of numbers."
        )
    return array
