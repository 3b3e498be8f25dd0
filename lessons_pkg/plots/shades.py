"""Colours of values in a table: white is zero, the darkest the greatest."""

from matplotlib.colors import LinearSegmentedColormap

from lessons_pkg.plots import style

SHADES = LinearSegmentedColormap.from_list(
    "lesson_shades", ["#FFFFFF", style.PALETTE["blue"], "#003B5C"]
)


def scale(who, arrays, limits=None, least_top=0.0):
    """Return the look of values on one scale: the colours, and the two ends.

    White is zero. With negative values both signs reach equally far, else the scale goes
    from 0 to the greatest value.

    limits : (0, high) or (-high, high), or None
    least_top : what the scale reaches at least where no value is negative
    Raises ValueError for other limits, and those that do not hold all values.
    """
    least, most = min(a.min() for a in arrays), max(a.max() for a in arrays)
    if limits is None:
        low, high = 0.0, max(most, least_top) or 1.0
        if least < 0:
            low, high = -max(-least, most), max(-least, most)
    else:
        low, high = map(float, limits)
        if not low < high or least < low or most > high:
            raise ValueError(
                f"{who}: limits are {style.number(low)} and {style.number(high)}, but "
                f"the values reach from {style.number(least)} to {style.number(most)}. "
                f"Give limits (low, high) that hold them all."
            )
        if low not in (0, -high):
            raise ValueError(
                f"{who}: limits are {style.number(low)} and {style.number(high)}, but "
                f"white is zero. Give (0, high), or (-high, high)."
            )
    colours = style.DIVERGING if low == -high else SHADES
    return {"cmap": colours, "vmin": low, "vmax": high}
