"""The three sums of im2col.py where each channel is convolved for itself.

With as many groups as channels (a depthwise convolution) a patch is KH * KW numbers, one
channel's: too small a product of matrices to pay for writing it out. Here each tap, with
all channels, is multiplied with the entries that it sees and added where it belongs, so
the loop is over KH * KW taps. The channels are last, so a row of an image is W * C
numbers that lie side by side.

Arrays are (1, N, H, W, C), weights are (1, C, KH * KW): those of im2col.py for one group.
Source: Chollet, "Xception: deep learning with depthwise separable convolutions",
CVPR 2017, which names earlier uses.
"""

import math

import numpy as np

from .im2col import blocks_of
from .window import taps


def correlate(x, weight, axes):
    """y = sum over taps of x, as the tap sees it, * weight: (1, N, H_out, W_out, C)."""
    y = np.zeros((*x.shape[:2], *(a.outputs for a in axes), x.shape[-1]), x.dtype)
    for images in _blocks(x):
        part = np.ascontiguousarray(x[:, images])
        for tap, outs, seen in _taps(weight, axes):
            y[:, images, *outs] += part[:, :, *seen] * tap
    return y


def spread(dy, weight, axes):
    """dx: for each tap, dy * weight is added to what it saw: (1, N, H, W, C)."""
    dx = np.zeros((*dy.shape[:2], *(a.size for a in axes), dy.shape[-1]), dy.dtype)
    for images in _blocks(dx):
        part = np.ascontiguousarray(dy[:, images])
        for tap, outs, seen in _taps(weight, axes):
            dx[:, images, *seen] += part[:, :, *outs] * tap
    return dx


def weight_gradient(dy, x, axes):
    """dweight = for each tap, the sum of dy * what it saw: (1, C, KH * KW)."""
    both = taps(*axes)
    dweight = np.zeros((1, x.shape[-1], len(both)), x.dtype)
    for images in _blocks(x):
        dy_part, x_part = (np.ascontiguousarray(a[:, images]) for a in (dy, x))
        for k, (outs, seen) in enumerate(both):
            products = dy_part[:, :, *outs] * x_part[:, :, *seen]
            dweight[0, :, k] += products.sum(axis=(0, 1, 2)).sum(axis=0)
    return dweight


def _taps(weight, axes):
    """Return for each tap: its weights, (W_out, C), the outputs and the entries seen.

    The weights are repeated along a row, for NumPy multiplies long rows faster than
    short ones.
    """
    by_tap = np.repeat(weight[0].T[:, None], axes[1].outputs, axis=1)
    pairs = zip(by_tap, taps(*axes), strict=True)
    return [(tap[outs[1]], outs, seen) for tap, (outs, seen) in pairs]


def _blocks(x):
    """Cut the images into blocks of which two arrays fit into the cache."""
    return blocks_of(x.shape[1], 2 * math.prod(x.shape[2:]))
