"""Convolution: one small window of weights slides over the whole image.

Shapes: N images, C channels, H rows, W columns; O output channels; KH, KW the kernel;
G groups. (What deep learning calls a convolution, mathematics calls a correlation.)
window.py says what the window sees and how many outputs that makes; im2col.py does the
sums, and says why the backward of a convolution is a convolution.

Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition",
Neural Computation 1, 1989.
"""

import numpy as np

from . import im2col
from .inputs import as_float
from .window import Axis, as_images, check_image, like_input, slide, two_numbers


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide windows over signals (N, C, L): conv2d on images one row high.

    >>> conv1d([[1.0, 2.0, 4.0, 8.0]], weight=[[[-1.0, 1.0]]])[0]
    array([[1., 2., 4.]])
    """
    return _conv(1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide windows over images: y[o, p] = bias[o] + sum of weight[o] * what p sees of x.

    x      : (N, C, H, W), or (C, H, W) for one image; y is (N, O, H_out, W_out)
    weight : (O, C/G, KH, KW); an output sees only the input channels of its group
    bias   : (O,) or None
    stride, padding, dilation : a number, or one for rows and one for columns; padding
        also "valid" for none, and "same" for as much as leaves H and W as they are
    """
    return _conv(2, x, weight, bias, stride, padding, dilation, groups)


def conv2d_backward(dy, cache, needs=(True, True, True)):
    """Return dx = spread(dy, weight), dweight = weight_gradient(dy, x), dbias = sum of dy."""
    return _backward(im2col.spread, dy, cache, needs)


conv1d_backward = conv2d_backward


def conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Spread each entry of x, times the weights, over a window of y: conv2d's dx.

        H_out = (H - 1) * stride - 2 * padding + dilation * (KH - 1) + output_padding + 1

    weight : (C, O/G, KH, KW), that of the conv2d which would turn y into x
    output_padding : rows and columns to add at the end. With a stride, that conv2d turns
        images of several sizes into this x; this says which of them is meant.
    Source: Zeiler et al., "Deconvolutional networks", CVPR 2010.
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
    return _forward(im2col.spread, 2, x, weight, bias, axes, groups)


def conv_transpose2d_backward(dy, cache, needs=(True, True, True)):
    """Return dx = conv2d of dy, dweight = conv2d's with x and dy changing places."""
    return _backward(im2col.correlate, dy, cache, needs)


def _conv(dims, x, weight, bias, stride, padding, dilation, groups):
    who = f"conv{dims}d"
    x, weight, bias = _inputs(who, dims, x, weight, bias, groups)
    stride = two_numbers(who, "stride", stride, least=1, dims=dims)
    dilation = two_numbers(who, "dilation", dilation, least=1, dims=dims)
    sizes, kernels = as_images(x, dims).shape[2:], as_images(weight, dims).shape[2:]
    if padding == "same":
        if max(stride) > 1:
            raise ValueError(
                f'{who}: padding="same" needs stride=1, but {stride} came.'
            )
        arguments = zip(sizes, kernels, dilation, strict=True)
        axes = [Axis(n, n, k, 1, d * (k - 1) // 2, d) for n, k, d in arguments]
    else:
        padding = 0 if padding == "valid" else padding
        padding = two_numbers(who, "padding", padding, least=0, dims=dims)
        arguments = zip(sizes, kernels, stride, padding, dilation, strict=True)
        axes = [slide(who, *numbers) for numbers in arguments]
    return _forward(im2col.correlate, dims, x, weight, bias, axes, groups)


def _forward(how, dims, x, weight, bias, axes, groups):
    """Return y, computed by correlate or by spread, and the cache."""
    images = im2col.channels_last(as_images(x, dims), groups)
    y = how(images, im2col.as_rows(as_images(weight, dims), groups), axes)
    y = im2col.channels_first(y)
    if bias is not None:
        y += bias[:, None, None]
    return like_input(y, x, dims), (dims, x, weight, bias, axes, groups)


def _backward(how, dy, cache, needs):
    """Return dx, computed by the other one of the two, dweight and dbias."""
    dims, x, weight, bias, axes, groups = cache
    dy = as_images(np.asarray(dy, x.dtype), dims)
    dy = np.ascontiguousarray(im2col.channels_last(dy, groups))
    dx = dweight = dbias = None
    if bias is not None and needs[2]:
        dbias = dy.sum(axis=(1, 2, 3)).ravel()  # (G, O/G) -> (O,)
    if needs[0]:
        dx = how(dy, im2col.as_rows(as_images(weight, dims), groups), axes)
        dx = im2col.channels_first(dx).reshape(x.shape)
    if needs[1]:
        images = im2col.channels_last(as_images(x, dims), groups)
        # In a transposed convolution it is y over which the windows slide.
        ends = (dy, images) if how is im2col.spread else (images, dy)
        dweight = im2col.as_weight(im2col.weight_gradient(*ends, axes), weight.shape)
    return dx, dweight, dbias


def _inputs(who, dims, x, weight, bias, groups, transposed=False):
    """Return the arrays as floats, after checking that they fit together."""
    x, weight = as_float(who, "input", x), as_float(who, "weight", weight)
    bias = bias if bias is None else as_float(who, "bias", bias)
    check_image(who, x, dims)
    if weight.ndim != dims + 2:
        raise ValueError(
            f"{who}: weight must have {dims + 2} axes, two of channels and {dims} of the "
            f"kernel, but came with shape {weight.shape}."
        )
    if groups < 1 or len(weight) % groups:
        raise ValueError(
            f"{who}: groups={groups} must divide the first axis of weight "
            f"{weight.shape}."
        )
    expected = len(weight) if transposed else weight.shape[1] * groups
    channels = x.shape[-dims - 1]
    if channels != expected:
        also = f" with groups={groups}" if groups > 1 else ""
        raise ValueError(
            f"{who}: input has {channels} channels, but weight {weight.shape}{also} "
            f"expects {expected}. Check in_channels of the layer."
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
