"""Sliding windows: what convolution and pooling have in common.

Along an axis of L entries slides a window of K taps, `dilation` entries apart. It starts
`padding` entries before the first and goes on in steps of `stride`. So

    output o sees through tap k the entry  o * stride + k * dilation - padding

and there are as many outputs as keep the last tap inside:

    L_out = floor((L + 2 * padding - dilation * (K - 1) - 1) / stride) + 1

For L = 5, K = 3, stride = 2, padding = 1 (a dot is padding):

    . a b c d e .
    [0 1 2]             output 0: tap 0 sees padding, tap 1 sees a, tap 2 sees b
        [0 1 2]         output 1
            [0 1 2]     output 2; L_out = floor((5 + 2 - 2 - 1) / 2) + 1 = 3

All loops are over the few taps, never over the many outputs: what one tap shows to all
outputs is a strided slice, from which padding is left out.
"""

from typing import NamedTuple

import numpy as np


class Axis(NamedTuple):
    """One axis, and the window that slides along it."""

    size: int  # entries, L above
    outputs: int  # L_out
    kernel: int
    stride: int
    padding: int  # before the first entry
    dilation: int = 1

    @property
    def padded(self):
        """How long the axis is with the padding that the windows see."""
        seen = (self.outputs - 1) * self.stride + self.dilation * (self.kernel - 1) + 1
        return max(seen, self.padding + self.size)

    def taps(self):
        """Return two slices for each tap: the outputs that see an entry, and those entries.

        In the drawing above, tap 0 shows b and d to the outputs 1 and 2; output 0 sees
        padding through it, and is left out.

        >>> Axis(size=5, outputs=3, kernel=3, stride=2, padding=1).taps()[0]
        (slice(1, 3, None), slice(1, 5, 2))
        """
        slices = []
        for k in range(self.kernel):
            shift = k * self.dilation - self.padding  # output o sees o * stride + shift
            first = max(0, -(shift // self.stride))
            last = min(self.outputs - 1, (self.size - 1 - shift) // self.stride)
            n, start = max(last - first + 1, 0), first * self.stride + shift
            seen = slice(start, start + n * self.stride, self.stride)
            slices.append((slice(first, first + n), seen))
        return slices


def taps(rows, columns):
    """Return for each tap (0, 0), (0, 1), ... of an image: (outputs, entries seen).

    Each of the two is a pair of slices, one for rows and one for columns.
    """
    return [((oh, ow), (ih, iw)) for oh, ih in rows.taps() for ow, iw in columns.taps()]


def slide(who, size, kernel, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Return the Axis, its outputs counted by the formula above.

    ceil_mode rounds up: the last window may hang over the end, if it begins before it.
    Raises ValueError, in the name of who, if there is no output.

    >>> slide("conv2d", size=5, kernel=3, stride=2, padding=1).outputs
    3
    >>> slide("max_pool2d", size=5, kernel=2, stride=2).outputs
    2
    >>> slide("max_pool2d", size=5, kernel=2, stride=2, ceil_mode=True).outputs
    3
    """
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    outputs = room // stride + 1
    if ceil_mode and room % stride and outputs * stride < size + padding:
        outputs += 1
    if outputs < 1 or size < 1:
        raise ValueError(
            f"{who}: a kernel of {kernel} with dilation={dilation} does not fit into an "
            f"axis of {size} with padding={padding}. Give a larger input or a smaller "
            f"kernel."
        )
    return Axis(size, outputs, kernel, stride, padding, dilation)


# What the operators ask of their arguments


def two_numbers(who, name, value, least, dims=2):
    """Return an argument as two whole numbers, one for rows and one for columns.

    A single number stands for both. Signals (dims=1) are images one row high: their rows
    get the number that changes nothing, which is `least` (a stride of 1, a padding of 0).
    Raises TypeError for numbers that are not whole, ValueError for too few, many or small.
    """
    given = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(n, int | np.integer) for n in given):
        raise TypeError(f"{who}: {name} must be of whole numbers, but {value!r} came.")
    if len(given) not in (1, dims) or min(given) < least:
        raise ValueError(
            f"{who}: {name} must be {'one or two numbers' if dims > 1 else 'one number'}"
            f", each {least} or more, but {value!r} came."
        )
    return (least,) * (2 - dims) + given * (dims // len(given))


def as_images(x, dims):
    """View (N, C, H, W) or (C, H, W), or with dims=1 (N, C, L) or (C, L), as (N, C, H, W)."""
    if dims == 1:
        x = x[..., None, :]
    return x[None] if x.ndim == 3 else x


def like_input(y, x, dims):
    """View y (N, C, H, W) with the axes that the input x came with: undo as_images."""
    y = y[0] if x.ndim == dims + 1 else y
    return y[..., 0, :] if dims == 1 else y


def check_image(who, x, dims):
    """Raise ValueError unless x can be viewed so; only N may be 0."""
    axes = "C, L" if dims == 1 else "C, H, W"
    if x.ndim not in (dims + 1, dims + 2) or 0 in x.shape[-dims - 1 :]:
        raise ValueError(
            f"{who}: input must have shape (N, {axes}) or ({axes}), where only N may be "
            f"0, but came with shape {x.shape}."
        )
