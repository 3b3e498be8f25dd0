"""The three sums behind a convolution, each as products of matrices.

With x the image, y the output and dy its gradient, in one dimension, let

    S = sum over images n, channels o and c, places p of y, taps k  of
        dy[n, o, p] * weight[o, c, k] * x[n, c, p * stride + k * dilation - padding]

Leave one of the three factors out: what is left of the sum is the gradient for it.

    without dy      : y itself, from weight and x    correlate
    without x       : dx, from weight and dy         spread
    without weight  : dweight, from dy and x         weight_gradient

So the backward of a convolution is convolutions too. `spread` sends each dy, times the
weights, back to the entries that its window saw. Looked at from such an entry, it
collects the dy around it through the same window turned round: the output that saw it
through tap k, k places ahead, stands k places behind it.

How it is computed ("im2col"): what the window sees at one place, its patch, is written
out as a row of KH * KW * C numbers, and one product of matrices does the sums of all
places. For the signal 1 2 4 8 and two taps, -1 and 1:

    patches      weights    y
    1 2          -1         1
    2 4     @     1    =    2
    4 8                     4

With the channels last a tap is C numbers in a row, and a row of taps KW * C of them: that
copies ten times as fast as one by one, which torch's order would need.

Here arrays are (G, N, H, W, C/G), weights are (G, O/G, KH * KW * C/G), G being the
groups; `axes` is the Axis of the rows and that of the columns (window.py).
Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks
for document processing", IWFHR 2006.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .window import taps

# Patches are written out for a few images at a time, 2**18 numbers: an L2 cache, so that
# the product finds them there. For 64 images of 32x28x28 at once they would be 58 MB, and
# forward and backward together take clearly longer.
BLOCK = 2**18


def correlate(x, weight, axes):
    """y = patches @ weight.T: (G, N, H_out, W_out, O/G)."""
    y = np.empty((*x.shape[:2], *(a.outputs for a in axes), weight.shape[1]), x.dtype)
    for images, patches in _patches(x, axes):
        out = y[:, images].reshape(len(y), -1, y.shape[-1])  # a view
        np.matmul(patches, weight.swapaxes(1, 2), out=out)
    return y


def weight_gradient(dy, x, axes):
    """dweight = dy.T @ patches, added up over the images: (G, O/G, KH * KW * C/G)."""
    size = axes[0].kernel * axes[1].kernel * x.shape[-1]
    dweight = np.zeros((len(x), dy.shape[-1], size), x.dtype)
    for images, patches in _patches(x, axes):
        dweight += _matrix(dy[:, images]).swapaxes(1, 2) @ patches
    return dweight


def spread(dy, weight, axes):
    """dx: for each tap, dy @ its weights is added to what it saw: (G, N, H, W, C/G)."""
    groups, n, *places, o = dy.shape
    by_tap = weight.reshape(groups, o, axes[0].kernel * axes[1].kernel, -1)
    by_tap = by_tap.transpose(2, 0, 1, 3)  # (KH * KW, G, O/G, C/G)
    c = by_tap.shape[-1]
    dx = np.zeros((groups, n, *(a.size for a in axes), c), dy.dtype)
    for images in blocks_of(n, groups * math.prod(places) * c):
        part = _matrix(dy[:, images])
        for tap, (outs, seen) in zip(by_tap, taps(*axes), strict=True):
            share = (part @ tap).reshape(groups, -1, *places, c)
            dx[:, images, *seen] += share[:, :, *outs]
    return dx


def _patches(x, axes):
    """Yield for a few images at a time: their slice, and (G, places, KH * KW * C/G).

    >>> from lessons_pkg.ops.window import Axis
    >>> signal = np.array([1, 2, 4, 8]).reshape(1, 1, 1, 4, 1)
    >>> column = Axis(size=4, outputs=3, kernel=2, stride=1, padding=0)
    >>> [(_, patches)] = _patches(signal, (Axis(1, 1, 1, 1, 0), column))
    >>> patches[0]
    array([[1, 2],
           [2, 4],
           [4, 8]])
    """
    (groups, n, _, _, c), (h, w) = x.shape, axes
    shape = (h.outputs, w.outputs, h.kernel, w.kernel, c)
    blocks = blocks_of(n, groups * math.prod(shape))
    most = min(n, blocks[0].stop) if blocks else 0
    padded = np.zeros((groups, most, h.padded, w.padded, c), x.dtype)
    inside = [slice(a.padding, a.padding + a.size) for a in axes]
    # The patches overlap in memory: the next output is one stride on, the next tap one
    # dilation. So all patches are a view of `padded`; writing them out is one copy of it.
    *front, down, right, deep = padded.strides  # bytes to the next row, column, channel
    places = down * h.stride, right * w.stride
    within = down * h.dilation, right * w.dilation, deep
    windows = as_strided(padded, (groups, most, *shape), (*front, *places, *within))
    rows = np.empty(windows.shape, x.dtype)
    for images in blocks:
        m = x[:, images].shape[1]  # the last block may be smaller
        padded[:, :m, *inside] = x[:, images]
        rows[:, :m] = windows[:, :m]
        yield images, rows[:, :m].reshape(groups, -1, math.prod(shape[2:]))


def blocks_of(n, size):
    """Cut n images of `size` numbers each into slices of about BLOCK numbers."""
    step = max(1, BLOCK // size)
    return [slice(i, i + step) for i in range(0, n, step)]


def _matrix(dy):
    """(G, N, H, W, O/G) -> (G, places, O/G), contiguous as a fast product needs it."""
    return np.ascontiguousarray(dy).reshape(len(dy), -1, dy.shape[-1])


# From torch's order of axes, and back to it


def channels_last(x, groups):
    """(N, C, H, W) -> (G, N, H, W, C/G): a view."""
    n, c, h, w = x.shape
    return x.reshape(n, groups, c // groups, h, w).transpose(1, 0, 3, 4, 2)


def channels_first(y):
    """(G, N, H, W, C/G) -> (N, C, H, W).

    For one group this is a view: in memory the channels stay last, also in what relu or
    pooling makes of it, and the next convolution finds them as it likes them.
    """
    groups, n, h, w, c = y.shape
    return y.transpose(1, 0, 4, 2, 3).reshape(n, groups * c, h, w)


def as_rows(weight, groups):
    """(O, C/G, KH, KW) -> (G, O/G, KH * KW * C/G), in the order of a patch."""
    rows = np.ascontiguousarray(weight.transpose(0, 2, 3, 1))
    return rows.reshape(groups, len(weight) // groups, -1)


def as_weight(rows, shape):
    """Undo as_rows; `shape` is that of the weight, and may lack the axis KH."""
    o, c, *kernel = shape
    return np.ascontiguousarray(np.moveaxis(rows.reshape(o, *kernel, c), -1, 1))
