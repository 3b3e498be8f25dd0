"""Pooling: each window of an image gives one number, its largest or its mean.

Shapes: N images, C channels, H rows, W columns; L entries of a signal. Every channel is
pooled for itself: there are as many after it as before. The stride is the size of the
window unless given: the windows lie side by side. window.py says what a window sees and
how many outputs that makes.

Nothing is learned, so the backward has dx alone: each dy goes back to what its window
saw, all of it to the largest, or equal shares to all.

Sources: LeCun et al., "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86, 1998 (means, as "subsampling"); Riesenhuber and Poggio,
"Hierarchical models of object recognition in cortex", Nature Neuroscience 2, 1999 (the
largest).
"""

import numpy as np

from .inputs import as_float
from .window import as_images, check_image, like_input, slide, taps, two_numbers


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return the largest entry of each window.

        y[n, c, i, j] = max over k, l of
            x[n, c, i * stride + k * dilation - padding, j * stride + l * dilation - padding]

    x : (N, C, H, W), or (C, H, W) for one image; padding is never the largest, and nan is
        larger than anything
    kernel_size, stride, padding, dilation : a number, or one for rows and one for columns
    ceil_mode : count also a last window that hangs over the end (window.py)
    Returns y : (N, C, H_out, W_out), and the cache that max_pool2d_backward needs.
    Raises ValueError for shapes or numbers that do not fit together, TypeError for
    numbers that are not whole.

    >>> max_pool2d([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 6.0]]], kernel_size=2)[0]
    array([[[4., 6.]]])
    """
    return _max_pool(2, x, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_backward(dy, cache):
    """Give each dy to the entry that was the largest, to the first of equal ones.

    The others' gradient is 0: moved by a little, they change nothing.

    >>> _, cache = max_pool2d([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 6.0]]], kernel_size=2)
    >>> max_pool2d_backward(np.array([[[10.0, 20.0]]]), cache)
    array([[[ 0.,  0.,  0.,  0.],
            [10.,  0.,  0., 20.]]])
    """
    x, choice, axes, dims = cache
    # dy in choice's order of memory: NumPy takes three times as long over two orders.
    share = np.empty_like(choice, x.dtype)
    share[...] = as_images(dy, dims)
    bits = share.view(f"i{x.itemsize}")  # bits * 0 is 0; as a float, inf * 0 is nan
    dx = np.zeros_like(as_images(x, dims))
    for k, (outs, seen) in enumerate(taps(*axes)):
        given = bits[..., *outs] * (choice[..., *outs] == k)
        dx[..., *seen] += given.view(x.dtype)
    return dx.reshape(x.shape)


def max_pool1d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return the largest entry of each window of signals (N, C, L) or (C, L)."""
    return _max_pool(1, x, kernel_size, stride, padding, dilation, ceil_mode)


max_pool1d_backward = max_pool2d_backward


def _max_pool(dims, x, kernel_size, stride, padding, dilation, ceil_mode):
    who = f"max_pool{dims}d"
    x = as_float(who, "input", x)
    axes = _axes(who, dims, x, kernel_size, stride, padding, dilation, ceil_mode)
    y, choice = _largest(as_images(x, dims), axes)
    return like_input(y, x, dims), (x, choice, axes, dims)


def _largest(images, axes):
    """Return the largest entry of each window, and the number of the tap that saw it."""
    windows, size = list(enumerate(taps(*axes))), [axis.outputs for axis in axes]
    y = np.full_like(images, -np.inf, shape=(*images.shape[:2], *size))
    choice = np.zeros_like(y, np.min_scalar_type(len(windows)))
    if any(axis.padding for axis in axes):  # begin with the first tap outside of it
        for k, (outs, _) in reversed(windows):
            choice[..., *outs] = k
    for k, (outs, seen) in windows:
        entry, largest, chosen = images[..., *seen], y[..., *outs], choice[..., *outs]
        # k rises, so where this entry is larger than all before, k is the larger too.
        np.maximum(chosen, (entry > largest) * choice.dtype.type(k), out=chosen)
        np.maximum(largest, entry, out=largest)
    if np.isnan(y).any():  # no comparison with nan is true: it was not chosen yet
        for k, (outs, seen) in windows:
            choice[..., *outs][np.isnan(images[..., *seen])] = k
    return y, choice


def avg_pool2d(
    x,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """Return the mean of each window: the sum of what it sees / how many these are.

    x, kernel_size, stride, padding, ceil_mode : as for max_pool2d, but padding is 0
    count_include_pad : whether padding counts among the many
    divisor_override  : divide by this number instead
    Returns y : (N, C, H_out, W_out), and the cache that avg_pool2d_backward needs.
    Raises ValueError and TypeError as max_pool2d does.

    >>> avg_pool2d([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 6.0]]], kernel_size=2)[0]
    array([[[2.5 , 2.75]]])
    """
    arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad)
    return _avg_pool(2, x, *arguments, divisor_override)


def avg_pool2d_backward(dy, cache):
    """Share each dy equally among what its window saw.

    dx[entry] = sum of dy / how many, over the outputs that saw the entry
    """
    shape, axes, divisor, dims = cache
    share = as_images(dy, dims) / divisor
    size = [axis.size for axis in axes]
    dx = np.zeros_like(share, shape=(*share.shape[:2], *size))
    for outs, seen in taps(*axes):
        dx[..., *seen] += share[..., *outs]
    return dx.reshape(shape)


def avg_pool1d(
    x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
):
    """Return the mean of each window of signals (N, C, L) or (C, L)."""
    arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad)
    return _avg_pool(1, x, *arguments)


avg_pool1d_backward = avg_pool2d_backward


def _avg_pool(dims, x, kernel_size, stride, padding, ceil_mode, include, override=None):
    who = f"avg_pool{dims}d"
    x = as_float(who, "input", x)
    axes = _axes(who, dims, x, kernel_size, stride, padding, 1, ceil_mode)
    images, size = as_images(x, dims), [axis.outputs for axis in axes]
    if override == 0:
        raise ValueError(f"{who}: divisor_override must not be 0.")
    rows, columns = (_counts(axis, include) for axis in axes)
    divisor = np.asarray(override or rows[:, None] * columns, x.dtype)
    y = np.zeros_like(images, shape=(*images.shape[:2], *size))
    for outs, seen in taps(*axes):
        y[..., *outs] += images[..., *seen]
    y /= divisor
    return like_input(y, x, dims), (x.shape, axes, divisor, dims)


def _counts(axis, include_pad):
    """How many entries each output divides by, along one axis."""
    start = np.arange(axis.outputs) * axis.stride - axis.padding
    end = np.minimum(start + axis.kernel, axis.size + axis.padding)
    if include_pad:
        return end - start
    return np.minimum(end, axis.size) - np.maximum(start, 0)


def adaptive_avg_pool2d(x, output_size):
    """Cut images into H_out x W_out windows, whatever their size, and return the means.

    Output o of n sees the entries from floor(o * L / n) up to ceil((o + 1) * L / n), so
    windows share an entry where n does not divide L. An output_size of 1 is the mean of
    the whole image (global pooling); None in a pair keeps H or W.

    >>> adaptive_avg_pool2d([[[1.0, 2.0, 6.0]]], output_size=(1, 2))[0]  # 1 2 and 2 6
    array([[[1.5, 4. ]]])
    """
    return _adaptive(2, x, output_size)


def adaptive_avg_pool2d_backward(dy, cache):
    """Share each dy equally among what its window saw."""
    shape, windows, dims = cache
    dx = np.zeros(shape, dy.dtype)
    images, dy = as_images(dx, dims), as_images(dy, dims)  # images: a view of dx
    for i, j, rows, columns in windows:
        share = dy[..., i : i + 1, j : j + 1]
        n = (rows.stop - rows.start) * (columns.stop - columns.start)
        images[..., rows, columns] += share / n
    return dx


def adaptive_avg_pool1d(x, output_size):
    """Cut signals (N, C, L) or (C, L) into so many windows and return the means."""
    return _adaptive(1, x, output_size)


adaptive_avg_pool1d_backward = adaptive_avg_pool2d_backward


def _adaptive(dims, x, output_size):
    who = f"adaptive_avg_pool{dims}d"
    x = as_float(who, "input", x)
    check_image(who, x, dims)
    images = as_images(x, dims)
    if isinstance(output_size, tuple | list) and len(output_size) == dims:
        pairs = zip(output_size, x.shape[-dims:], strict=True)
        output_size = tuple(size if n is None else n for n, size in pairs)
    size = two_numbers(who, "output_size", output_size, least=0, dims=dims)
    size = (1, size[1]) if dims == 1 else size
    windows = [
        (i, j, rows, columns)
        for i, rows in enumerate(_cut(images.shape[2], size[0]))
        for j, columns in enumerate(_cut(images.shape[3], size[1]))
    ]
    y = np.empty_like(images, shape=(*images.shape[:2], *size))
    for i, j, rows, columns in windows:
        y[..., i, j] = images[..., rows, columns].mean(axis=(2, 3))
    return like_input(y, x, dims), (x.shape, windows, dims)


def _cut(size, n):
    """Cut an axis into n windows of nearly equal size, that may share their ends."""
    return [slice(o * size // n, -(-(o + 1) * size // n)) for o in range(n)]


def _axes(who, dims, x, kernel_size, stride, padding, dilation, ceil_mode):
    """Check the arguments, and return the rows' and the columns' Axis."""
    check_image(who, x, dims)
    kernel = two_numbers(who, "kernel_size", kernel_size, least=1, dims=dims)
    empty = isinstance(stride, tuple | list) and not stride  # as None, as in torch
    stride = kernel_size if stride is None or empty else stride
    stride = two_numbers(who, "stride", stride, least=1, dims=dims)
    padding = two_numbers(who, "padding", padding, least=0, dims=dims)
    dilation = two_numbers(who, "dilation", dilation, least=1, dims=dims)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(
            f"{who}: padding must be at most half of kernel_size, but "
            f"padding={padding} and kernel_size={kernel} came."
        )
    arguments = (as_images(x, dims).shape[2:], kernel, stride, padding, dilation)
    return [slide(who, *numbers, ceil_mode) for numbers in zip(*arguments, strict=True)]
