"""A convolution at one place, in numbers: the window, the kernel and the output."""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import style, tables

_GAP, _EDGE = 1.1, 0.1  # in cells, like all lengths here
_LINE = 0.042  # a line of text, as a part of the width
_WIDE = 16  # cells side by side; where there are more, output stands below kernel
_PLAIN, _SEEN, _WEIGHT, _PADDING = "#FFFFFF", "#FCE6D8", "#DCEAF4", "#F0F0F0"
_HERE = style.PALETTE["vermillion"]


def sliding(
    image, kernel, output, place, *, padding=0, stride=1, dilation=1, sums=True, ax=None
):
    """Draw how a convolution computes one number of its output.

    The window is framed on the image, and the entries that it sees have a tint; cells
    of padding are pale. The output's entry is framed too; entries that are nan are not
    computed yet and stay blank. Beneath stands the sum, a line for each row of the
    kernel, where that has at most 3 rows and 3 columns:

        output[i, j] = sum over k, l of  kernel[k, l]
            * image[i * stride + k * dilation - padding, j * stride + l * dilation - padding]

    image : (H, W) float array; kernel : (KH, KW) float array, not flipped
    output : (H_out, W_out) float array
    place : (i, j), the entry of output to be shown
    padding, stride, dilation : a number, or one for rows and one for columns
    sums : write the sum, and compare output with it; False where a bias is added too
    Returns the Axes. Without axes, a figure of one plot gets the height that it needs;
    plt.gcf().get_size_inches() is then the figsize that plots.animate needs.
    Raises ValueError if shapes do not fit, the output is not the sum, or a number is too
    long for its cell.
    """
    image, kernel, output = _checked(image, kernel, output)
    padding, stride = _pair("padding", padding, 0), _pair("stride", stride, 1)
    dilation = _pair("dilation", dilation, 1)
    padded = np.pad(image, [(p, p) for p in padding])
    reach = dilation * (np.array(kernel.shape) - 1) + 1  # of the window
    place = _place(place, output, (padded.shape - reach) // stride + 1)
    top, left = place * stride
    seen = np.s_[
        top : top + reach[0] : dilation[0], left : left + reach[1] : dilation[1]
    ]
    lines = _sum(kernel, padded[seen], output, place) if sums else []

    size, corners, middle = _layout(
        padded.shape, kernel.shape, output.shape, len(lines)
    )
    ax, points = _canvas(ax, *size)
    write = partial(tables.table, ax, points=points, who="sliding")
    inside = np.pad(np.ones(image.shape, bool), [(p, p) for p in padding])
    write("image", corners[0], padded, *_colours(inside, seen))
    write("kernel", corners[1], kernel, _WEIGHT)
    write("output", corners[2], output, *_colours(np.ones(output.shape), tuple(place)))
    tables.frame(ax, corners[0] + (left, -top), reach, _HERE)
    tables.frame(ax, corners[2] + (place[1], -place[0]), (1, 1), _HERE)
    look = {"ha": "center", "va": "bottom", "fontsize": style.small()}
    ax.text(middle, _EDGE, "\n".join(lines), **look)
    return ax


def _colours(inside, seen):
    """Return the colours of cells and numbers: padding is pale, what is seen has a tint."""
    fill = np.where(inside, _PLAIN, _PADDING)
    fill[seen] = _SEEN
    return fill, np.where(inside, style.INK, style.PALETTE["grey"])


def _checked(image, kernel, output):
    """Return the three as float arrays; only output may hold nan."""
    found = {
        "image": style.finite(image, "sliding", "image"),
        "kernel": style.finite(kernel, "sliding", "kernel"),
        "output": np.asarray(output, dtype=float),
    }
    for name, array in found.items():
        if array.ndim != 2 or not array.size:
            raise ValueError(
                f"sliding: {name} must have two axes, rows and columns, and a number in "
                f"it, but its shape is {array.shape}. Draw one channel of one image."
            )
    if np.isinf(output).any():
        raise ValueError(
            "sliding: output holds inf. Give numbers, and nan for what is not computed "
            "yet."
        )
    return found.values()


def _pair(name, value, least):
    """Return one whole number as two, for rows and columns; two as they are."""
    given = np.atleast_1d(value)
    whole = given.shape in ((1,), (2,)) and given.dtype.kind in "iu"
    if not whole or given.min() < least:
        raise ValueError(
            f"sliding: {name} must be one or two whole numbers, each {least} or more, "
            f"but {value!r} came."
        )
    return np.broadcast_to(given, 2)


def _place(place, output, shape):
    """Return place as an array, after checking the output's shape and that it holds it."""
    if min(shape) < 1:
        raise ValueError(
            "sliding: the kernel reaches over the image on both sides, so there is no "
            "output. Give a larger image, a smaller kernel or more padding."
        )
    if output.shape != tuple(shape):
        raise ValueError(
            f"sliding: output has the shape {output.shape}, but this kernel makes "
            f"{tuple(map(int, shape))} of this image with this padding, stride and "
            f"dilation. Give all of it, with nan for what is not computed yet."
        )
    found = np.array(place)
    whole = found.shape == (2,) and found.dtype.kind in "iu"
    if not whole or np.any(found < 0) or np.any(found >= shape):
        raise ValueError(
            f"sliding: place is {place}, but the entries of output go from (0, 0) to "
            f"({shape[0] - 1}, {shape[1] - 1}). Give (row, column)."
        )
    return found


def _sum(kernel, seen, output, place):
    """Return the lines "2·1 + 3·(−1)" ... "= −1", none for a large kernel."""
    total, value = float(np.sum(kernel * seen)), output[*place]
    if abs(value - total) > 1e-4 * np.sum(np.abs(kernel * seen)) + 1e-9:
        raise ValueError(
            f"sliding: output[{place[0]}, {place[1]}] is {style.number(value)}, but the "
            f"products in its window add up to {style.number(total)}. Give the output "
            f"of this kernel, not flipped and without a bias, or sums=False."
        )
    if max(kernel.shape) > 3:
        return []
    rows = [
        " + ".join(f"{_signed(x)}·{_signed(w)}" for x, w in zip(*pair, strict=True))
        for pair in zip(seen, kernel, strict=True)
    ]
    result = "?" if np.isnan(value) else tables.written(total)
    return [*(f"{row} +" for row in rows[:-1]), f"{rows[-1]} = {result}"]


def _signed(value):
    """Write a number as a factor: a negative one in brackets."""
    text = tables.written(value)
    return f"({text})" if value < 0 else text


def _layout(image, kernel, output, n_lines):
    """Return the size of the drawing, and what stands where in it.

    These are the corners (left, top) of the three tables, and the middle of the foot of
    the lines below. The tables stand in a row; or, with too many cells for that, output
    stands below kernel and the lines below the image alone.
    """
    in_a_row = image[1] + kernel[1] + output[1] + 2 * _GAP <= _WIDE
    if in_a_row:
        lefts = np.cumsum([0, image[1] + _GAP, kernel[1] + _GAP])
        width = lefts[2] + output[1]
    else:
        lefts = np.array([0, image[1] + _GAP / 2, image[1] + _GAP / 2])
        width = lefts[1] + max(kernel[1], output[1])
    width += 2 * _EDGE
    line = _LINE * width
    foot = (n_lines + 1) * line if n_lines else _EDGE
    if in_a_row:
        high = foot + max(image[0], kernel[0], output[0])
        tops = [
            high - (high - foot - shape[0]) / 2 for shape in (image, kernel, output)
        ]
        middle = width / 2
    else:
        below = kernel[0] + 1.6 * line
        high = max(foot + image[0], _EDGE + below + output[0])
        tops = [high, high, high - below]
        middle = _EDGE + image[1] / 2
    corners = np.stack([lefts + _EDGE, tops], axis=1)
    return (width, high + 1.6 * line), corners, middle


def _canvas(ax, width, height):
    """Clear the axes, or make them, for a drawing of this size; return a cell in points."""
    if ax is None:
        ax = plt.gca()
        if ax.figure.axes == [ax]:
            ax.figure.set_figheight(ax.figure.get_figwidth() * height / width)
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    ax.figure.draw_without_rendering()  # lays the axes out: now their size is known
    return ax, 72 / ax.figure.dpi * ax.get_window_extent().width / width
