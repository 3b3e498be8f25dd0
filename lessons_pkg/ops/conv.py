"""Convolution: one small window of weights slides over the whole image.

Shapes: N images, C channels, H rows, W columns; O output channels; KH, KW the kernel;
G groups. (What deep learning calls a convolution, mathematics calls a correlation: the
kernel is not turned round.)

To read on: window.py says what a window sees and how many outputs that makes; im2col.py
does the sums, and says why the backward of a convolution is a convolution.

Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition",
Neural Computation 1, 1989.
"""

import numpy as np

from . import depthwise, im2col
from .inputs import as_float
from .window import Axis, as_images, check_image, like_input, slide, two_numbers


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide windows over images: each output is the sum of what it sees times weights.

        y[n, o, i, j] = bias[o] + sum over c, k, l of  weight[o, c, k, l]
            * x[n, c, i * stride + k * dilation - padding, j * stride + l * dilation - padding]

        H_out = floor((H + 2 * padding - dilation * (KH - 1) - 1) / stride) + 1

    x      : (N, C, H, W), or (C, H, W) for one image; outside of it, x is 0
    weight : (O, C/G, KH, KW); an output sees only the input channels of its group
    bias   : (O,) or None
    stride, padding, dilation : a number, or one for rows and one for columns; padding
        also "valid" for none, and "same" for as much as leaves H and W as they are
    Returns y : (N, O, H_out, W_out), and the cache that conv2d_backward needs.
    Raises ValueError for shapes or numbers that do not fit together, TypeError for
    numbers that are not whole and arrays of different dtypes.

    The first entry below is 1*1 + 2*0 + 0*3 - 1*1 = 0:

    >>> x = [[[1.0, 0.0, 2.0, 1.0], [3.0, 1.0, 0.0, 2.0]]]
    >>> conv2d(x, weight=[[[[1.0, 2.0], [0.0, -1.0]]]])[0]
    array([[[0., 4., 2.]]])
    """
    return _conv(2, x, weight, bias, stride, padding, dilation, groups)


def conv2d_backward(dy, cache, needs=(True, True, True)):
    """Return dx, dweight and dbias; None for each that is not needed.

    Each product weight * x of the forward sum passes dy on to its two factors, so

        dx[entry]    = sum of dy * weight over the outputs that saw the entry, and taps
        dweight[tap] = sum of dy * x over the images and places; dbias = sum of dy

    With the forward above, dy = 1 for its first output and 0 for the others:

    >>> x = [[[1.0, 0.0, 2.0, 1.0], [3.0, 1.0, 0.0, 2.0]]]
    >>> _, cache = conv2d(x, weight=[[[[1.0, 2.0], [0.0, -1.0]]]])
    >>> dx, dweight, _ = conv2d_backward([[[1.0, 0.0, 0.0]]], cache)
    >>> dx  # the weights, where the window lay
    array([[[ 1.,  2.,  0.,  0.],
            [ 0., -1.,  0.,  0.]]])
    >>> dweight  # what the window saw
    array([[[[1., 0.],
             [3., 1.]]]])
    """
    return _backward(dy, cache, needs)


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide windows over signals (N, C, L): conv2d on images one row high.

    weight : (O, C/G, K); stride, padding and dilation are one number each

    >>> conv1d([[1.0, 2.0, 4.0, 8.0]], weight=[[[-1.0, 1.0]]])[0]
    array([[1., 2., 4.]])
    """
    return _conv(1, x, weight, bias, stride, padding, dilation, groups)


conv1d_backward = conv2d_backward


def conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Spread each entry of x, times the weights, over a window of y: conv2d's dx.

        H_out = (H - 1) * stride - 2 * padding + dilation * (KH - 1) + output_padding + 1

    weight : (C, O/G, KH, KW), that of the conv2d which would turn y into x
    output_padding : rows and columns to add at the end. With a stride, that conv2d turns
        images of several sizes into this x; this says which of them is meant.
    Returns y : (N, O, H_out, W_out), and the cache that conv_transpose2d_backward needs.
    Raises ValueError and TypeError as conv2d does.
    Source: Zeiler et al., "Deconvolutional networks", CVPR 2010.

    >>> conv_transpose2d([[[1.0, 10.0]]], weight=[[[[1.0, 2.0, 3.0]]]], stride=2)[0]
    array([[[ 1.,  2., 13., 20., 30.]]])
    """
    who = "conv_transpose2d"
    x, weight, bias = _inputs(who, 2, x, weight, bias, groups, transposed=True)
    stride = two_numbers(who, "stride", stride, least=1)
    padding = two_numbers(who, "padding", padding, least=0)
    extra = two_numbers(who, "output_padding", output_padding, least=0)
    dilation = two_numbers(who, "dilation", dilation, least=1)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{who}: output_padding must be smaller than stride or dilation, but "
            f"output_padding={output_padding} came with stride={stride} and "
            f"dilation={dilation}."
        )
    arguments = (x.shape[-2:], weight.shape[2:], stride, padding, dilation, extra)
    axes = [
        Axis((n - 1) * s - 2 * p + d * (k - 1) + e + 1, n, k, s, p, d)
        for n, k, s, p, d, e in zip(*arguments, strict=True)
    ]
    if min(axis.size for axis in axes) < 1:
        raise ValueError(
            f"{who}: the output would be of size {[axis.size for axis in axes]}. "
            f"Give a larger input or kernel, or less padding."
        )
    return _forward(2, x, weight, bias, axes, groups, transposed=True)


def conv_transpose2d_backward(dy, cache, needs=(True, True, True)):
    """Return dx = conv2d of dy, dweight = conv2d's with x and dy changing places."""
    return _backward(dy, cache, needs, transposed=True)


def _conv(dims, x, weight, bias, stride, padding, dilation, groups):
    """Return y and the cache of a convolution over images (dims=2) or signals (1)."""
    who = f"conv{dims}d"
    x, weight, bias = _inputs(who, dims, x, weight, bias, groups)
    stride = two_numbers(who, "stride", stride, least=1, dims=dims)
    dilation = two_numbers(who, "dilation", dilation, least=1, dims=dims)
    sizes, kernels = as_images(x, dims).shape[2:], as_images(weight, dims).shape[2:]
    if padding == "same":
        axes = _same(who, sizes, kernels, stride, dilation)
    else:
        padding = _padding(who, padding, dims)
        arguments = zip(sizes, kernels, stride, padding, dilation, strict=True)
        axes = [slide(who, *numbers) for numbers in arguments]
    return _forward(dims, x, weight, bias, axes, groups)


def _padding(who, padding, dims):
    """Return padding as two numbers, for rows and columns."""
    if isinstance(padding, str) and padding != "valid":
        raise ValueError(
            f'{who}: padding must be numbers, "valid" or "same", but {padding!r} came.'
        )
    padding = 0 if padding == "valid" else padding
    return two_numbers(who, "padding", padding, least=0, dims=dims)


def _same(who, sizes, kernels, stride, dilation):
    """Return the axes whose windows make as many outputs as there are entries.

    Of the dilation * (K - 1) entries of padding one half, rounded down, stands before
    the first: with an even K the one over goes to the end, as in torch.
    """
    if max(stride) > 1:
        raise ValueError(f'{who}: padding="same" needs stride=1, but {stride} came.')
    arguments = zip(sizes, kernels, dilation, strict=True)
    return [Axis(n, n, k, 1, d * (k - 1) // 2, d) for n, k, d in arguments]


def _forward(dims, x, weight, bias, axes, groups, transposed=False):
    """Return y and the cache, once the arguments are checked."""
    sums, parts = _sums(weight, groups)
    images = im2col.channels_last(as_images(x, dims), parts)
    rows = im2col.as_rows(as_images(weight, dims), parts)
    y = (sums.spread if transposed else sums.correlate)(images, rows, axes)
    y = im2col.channels_first(y)
    if bias is not None:
        y += bias[:, None, None]
    return like_input(y, x, dims), (dims, x, weight, bias, axes, groups)


def _backward(dy, cache, needs, transposed=False):
    """Return dx, dweight and dbias; None for each that is not needed."""
    dims, x, weight, bias, axes, groups = cache
    sums, parts = _sums(weight, groups)
    dy = as_images(np.asarray(dy, x.dtype), dims)
    dy = np.ascontiguousarray(im2col.channels_last(dy, parts))
    dx = dweight = dbias = None
    if needs[0]:
        rows = im2col.as_rows(as_images(weight, dims), parts)
        dx = (sums.correlate if transposed else sums.spread)(dy, rows, axes)
        dx = im2col.channels_first(dx).reshape(x.shape)
    if needs[1]:
        images = im2col.channels_last(as_images(x, dims), parts)
        # In a transposed convolution it is y over which the windows slide.
        ends = (images, dy) if transposed else (dy, images)
        dweight = im2col.as_weight(sums.weight_gradient(*ends, axes), weight.shape)
    if bias is not None and needs[2]:
        dbias = dy.sum(axis=(1, 2, 3)).ravel()  # (G, O/G) -> (O,)
    return dx, dweight, dbias


def _sums(weight, groups):
    """Return who does the sums, and in how many groups: depthwise.py takes all in one."""
    alone = groups > 1 and weight.shape[:2] == (groups, 1)
    return (depthwise, 1) if alone else (im2col, groups)


def _inputs(who, dims, x, weight, bias, groups, transposed=False):
    """Return the arrays as floats, after checking that they fit together."""
    x, weight = as_float(who, "input", x), as_float(who, "weight", weight)
    bias = bias if bias is None else as_float(who, "bias", bias)
    check_image(who, x, dims)
    if weight.ndim != dims + 2 or 0 in weight.shape:
        raise ValueError(
            f"{who}: weight must have {dims + 2} axes, two of channels and {dims} of the "
            f"kernel, and none may be 0, but came with shape {weight.shape}."
        )
    if not isinstance(groups, int | np.integer):
        raise TypeError(f"{who}: groups must be a whole number, but {groups!r} came.")
    if groups < 1 or len(weight) % groups:
        raise ValueError(
            f"{who}: groups={groups} must be 1 or more and divide the first axis of "
            f"weight {weight.shape}."
        )
    expected = len(weight) if transposed else weight.shape[1] * groups
    channels = x.shape[-dims - 1]
    if channels != expected:
        also = f" with groups={groups}" if groups > 1 else ""
        check = " and groups" if groups > 1 else ""
        many = "1 channel" if channels == 1 else f"{channels} channels"
        raise ValueError(
            f"{who}: input has {many}, but weight {weight.shape}{also} "
            f"expects {expected}. Check in_channels{check} of the layer."
        )
    outputs = weight.shape[1] * groups if transposed else len(weight)
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(
            f"{who}: bias must have shape ({outputs},) to go with weight "
            f"{weight.shape}, but came with shape {bias.shape}."
        )
    dtypes = [a.dtype.name for a in (x, weight, bias) if a is not None]
    if len(set(dtypes)) > 1:
        raise TypeError(
            f"{who}: input, weight and bias must be of one dtype, but "
            f"{', '.join(dtypes)} came. Convert them with .astype or .to."
        )
    return x, weight, bias
