"""The three sums behind a convolution, each as products of matrices.

With x the image, y the output, and dy its gradient, in one dimension, let

    S = sum over images n, channels o and c, places p of y, taps k  of
        dy[n, o, p] * weight[o, c, k] * x[n, c, p * stride + k * dilation - padding]

Leave one of the three factors out: what is left of the sum is the gradient for it.

    without dy      : y itself, from weight and x    correlate
    without x       : dx, from dy and weight         spread
    without weight  : dweight, from dy and x         weight_gradient

So the backward of a convolution is convolutions too. `spread` sends each dy, times the
weights, back to the entries that its window saw; seen from such an entry, it collects
the dy around it through the same window turned round: what a tap sees k places ahead
comes back from k places behind.

How: what the window sees at one place (its patch) is written out as a row of
KH * KW * C numbers, and one product of matrices does the sums of all places. This is
called im2col. The channels stand last, so each tap of a patch is a run of C numbers: that
copies four times as fast as in torch's order.

Here arrays are (G, N, H, W, C/G), weights are (G, O/G, KH * KW * C/G), G being the groups.
Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks
for document processing", IWFHR 2006.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .window import taps

# Patches are written out for a few images at a time, 2**18 numbers: an L2 cache, so that
# the product finds them there. For 64 images of 32x28x28 at once they are 58 MB, and
# forward and backward together take half as long again.
BLOCK = 2**18


def correlate(x, weight, axes):
    """y = patches @ weight.T: (G, N, H_out, W_out, O/G)."""
    size = [axis.outputs for axis in axes]
    y = np.empty((*x.shape[:2], *size, weight.shape[1]), x.dtype)
    for images, patches in _patches(x, axes):
        out = y[:, images].reshape(len(y), -1, y.shape[-1])  # a view
        np.matmul(patches, weight.swapaxes(1, 2), out=out)
    return y


def weight_gradient(dy, x, axes):
    """dweight = dy.T @ patches, added up over the images: rows as those of weight."""
    n_taps = axes[0].kernel * axes[1].kernel
    dweight = np.zeros((len(x), dy.shape[-1], n_taps * x.shape[-1]), x.dtype)
    for images, patches in _patches(x, axes):
        dweight += _places(dy, images).swapaxes(1, 2) @ patches
    return dweight


def spread(dy, weight, axes):
    """dx: for each tap, dy @ (the tap's weights), added to the entries that it saw."""
    groups, n, *places, o = dy.shape
    by_tap = weight.reshape(groups, o, axes[0].kernel * axes[1].kernel, -1)
    by_tap = by_tap.transpose(2, 0, 1, 3)  # (KH * KW, G, O/G, C/G)
    size, c = [axis.size for axis in axes], by_tap.shape[-1]
    dx = np.zeros((groups, n, *size, c), dy.dtype)
    for images in _blocks(n, len(by_tap) * groups * math.prod(places) * c):
        shares = _places(dy, images) @ by_tap  # (KH * KW, G, places, C/G)
        shares = shares.reshape(len(by_tap), groups, -1, *places, c)
        for share, (outs, seen) in zip(shares, taps(*axes), strict=True):
            dx[:, images, *seen] += share[:, :, *outs]
    return dx


def _patches(x, axes):
    """Yield a few images at a time: their slice, and their patches (G, places, KH*KW*C)."""
    (groups, n, h, w, c), (rows, columns) = x.shape, axes
    size = (rows.outputs, columns.outputs, rows.kernel, columns.kernel, c)
    blocks = _blocks(n, groups * math.prod(size))
    m = min(n, blocks[0].stop) if blocks else 0
    padded = np.zeros((groups, m, rows.padded(), columns.padded(), c), x.dtype)
    g, i, dh, dw, dc = padded.strides
    steps = (dh*rows.stride, dw*columns.stride, dh*rows.dilation, dw*columns.dilation)
    windows = as_strided(padded, (groups, m, *size), (g, i, *steps, dc))
    buffer = np.empty((groups, m, *size), x.dtype)
    inside = np.s_[rows.padding : rows.padding + h, columns.padding : columns.padding + w]
    for images in blocks:
        part = x[:, images]
        m = part.shape[1]
        padded[:, :m, *inside] = part
        buffer[:, :m] = windows[:, :m]
        yield images, buffer[:, :m].reshape(groups, -1, math.prod(size[2:]))


def _blocks(n, size):
    """Cut n images of `size` numbers each into slices of about BLOCK numbers."""
    step = max(1, BLOCK // size)
    return [slice(i, i + step) for i in range(0, n, step)]


def _places(dy, images):
    """(G, N, H, W, C/G) -> (G, places of these images, C/G), contiguous."""
    dy = np.ascontiguousarray(dy[:, images])
    return dy.reshape(len(dy), -1, dy.shape[-1])


# From torch's order of axes, and back to it


def channels_last(x, groups):
    """(N, C, H, W) -> (G, N, H, W, C/G)."""
    n, c, h, w = x.shape
    x = x.reshape(n, groups, c // groups, h, w)
    return x.transpose(1, 0, 3, 4, 2)


def channels_first(y):
    """(G, N, H, W, C/G) -> (N, C, H, W).

    For one group it is a view, and so are relu and pooling of it in memory: the channels
    are still last when the next convolution asks for them, and need no copy.
    """
    groups, n, h, w, c = y.shape
    return y.transpose(1, 0, 4, 2, 3).reshape(n, groups * c, h, w)


def as_rows(weight, groups):
    """(O, C/G, KH, KW) -> (G, O/G, KH * KW * C/G), in the order of a patch."""
    rows = np.ascontiguousarray(weight.transpose(0, 2, 3, 1))
    return rows.reshape(groups, len(weight) // groups, -1)


def as_weight(rows, shape):
    """as_rows undone; `shape` may lack the axis KH of 1."""
    o, c, *kernel = shape
    return np.ascontiguousarray(np.moveaxis(rows.reshape(o, *kernel, c), -1, 1))
