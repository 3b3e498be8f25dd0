"""Linear and logarithmic axes, with ticks that read as plain numbers."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from lessons_pkg.plots import style

_KNOWN = ("linear", "log")


def checked(who, axis, scale, values):
    """Check that the scale is one we have, and can show all values.

    axis : "x" or "y"; values : dict, what they are -> array
    Raises ValueError for another scale, and for 0 or less on a logarithmic one.
    """
    if scale not in _KNOWN:
        raise ValueError(
            f"{who}: {axis}scale is {scale!r}, but must be one of "
            f"{' and '.join(repr(known) for known in _KNOWN)}. Choose one of them."
        )
    for name, array in values.items() if scale == "log" else ():
        if array.min() <= 0:
            raise ValueError(
                f"{who}: {name} holds {style.number(array.min())}, but a logarithmic "
                f"scale shows only numbers above 0. Leave such values out, or use "
                f'{axis}scale="linear".'
            )


def logarithmic(axis):
    """Make an axis logarithmic, with ticks such as 0.01, 1 and 100.

    axis : ax.xaxis or ax.yaxis, after everything has been drawn
    """
    axis._set_axes_scale("log")
    decades = abs(np.diff(np.log10(axis.get_view_interval()))[0])
    if decades < 1:
        locator = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])
    else:
        locator = LogLocator(subs=(1, 2, 5) if decades < 2 else (1,), numticks=7)
    axis.set_major_locator(locator)
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_formatter(NullFormatter())


def tick(value):
    """Write a tick without a small raised exponent, which a phone cannot show.

    >>> tick(0.001), tick(1000), tick(1e-7)
    ('0.001', '1000', '1e−7')
    """
    if 1e-4 < abs(value) < 1e5 or value == 0:
        return f"{value:.10g}".replace("-", "−")
    head, _, power = f"{value:.2e}".partition("e")
    head = head.rstrip("0").rstrip(".")
    return f"{head}e{int(power)}".replace("-", "−")
