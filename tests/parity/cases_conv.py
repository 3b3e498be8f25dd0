"""Cases of convolution and pooling."""

import numpy as np

from .draw import cases, layer_cases, special

inf, nan = np.inf, np.nan


def pair(draw, *values):
    """One number for both axes, or one for each."""
    return draw.choice(
        draw.choice(*values), (draw.choice(*values), draw.choice(*values))
    )


def image(draw, channels, low, high, dims=2):
    """With an axis of examples, or without."""
    front = draw.choice((draw.batch(),), (draw.batch(),), ())
    return (*front, channels, *(draw.size(low, high) for _ in range(dims)))


@cases("conv2d", count=80)
def conv2d(draw):
    groups, n_in, n_out = draw.choice(1, 1, 2, 3), draw.size(1, 3), draw.size(1, 3)
    kernel = (draw.size(1, 3), draw.size(1, 3))
    x = draw.array(*image(draw, groups * n_in, 5, 9))
    weight = draw.array(groups * n_out, n_in, *kernel)
    options = dict(dilation=pair(draw, 1, 1, 2), groups=groups)
    if draw.choice(True, True, False):
        options |= dict(stride=pair(draw, 1, 2, 3), padding=pair(draw, 0, 1, 2))
    else:
        options |= dict(padding=draw.choice("same", "same", "valid"))
    return (x, weight, draw.maybe(draw.array(groups * n_out))), options


@cases("conv1d", count=50)
def conv1d(draw):
    groups, n_in, n_out = draw.choice(1, 1, 2, 3), draw.size(1, 3), draw.size(1, 3)
    x = draw.array(*image(draw, groups * n_in, 7, 11, dims=1))
    weight = draw.array(groups * n_out, n_in, draw.size(1, 3))
    options = dict(dilation=draw.choice(1, 2, (3,)), groups=groups)
    if draw.choice(True, True, False):
        options |= dict(stride=draw.choice(1, 2, (3,)), padding=draw.choice(0, 1, (2,)))
    else:
        options |= dict(padding=draw.choice("same", "valid"))
    return (x, weight, draw.maybe(draw.array(groups * n_out))), options


@cases("conv2d", tolerance=3)
def large_or_small(draw):
    scale = draw.scale()
    weight = draw.array(3, 2, 3, 3, scale=draw.choice(1 / scale, 1.0))
    return (draw.array(2, 2, 7, 5, scale=scale), weight, draw.array(3)), {}


@cases("conv_transpose2d", count=80)
def conv_transpose2d(draw):
    groups, n_in, n_out = draw.choice(1, 1, 2, 3), draw.size(1, 3), draw.size(1, 3)
    kernel = (draw.size(2, 3), draw.size(2, 3))
    x = draw.array(*image(draw, groups * n_in, 3, 5))
    weight = draw.array(groups * n_in, n_out, *kernel)
    stride, dilation = pair(draw, 1, 2, 3), pair(draw, 1, 1, 2)
    most = max(np.min(stride), np.min(dilation)) - 1
    options = dict(
        stride=stride,
        padding=pair(draw, 0, 1),
        output_padding=draw.choice(0, most, (most, 0)),
        groups=groups,
        dilation=dilation,
    )
    return (x, weight, draw.maybe(draw.array(groups * n_out))), options


def ties(draw, *shape):
    """Few different numbers, so that the largest is often not alone."""
    return draw.laid_out(draw.integers(0, 3, shape).astype(draw.dtype))


def pooling(draw, dims):
    """The arguments that max and average pooling share.

    The images drawn are larger than a dilation: no window sees padding alone. In the
    backward of such a window torch 2.13 writes outside of its memory, and may abort.
    """
    one = (lambda *v: pair(draw, *v)) if dims == 2 else draw.choice
    kernel = one(2, 3, 4, 2)
    return dict(
        kernel_size=kernel,
        stride=draw.choice(None, one(1, 2, 3)),
        padding=draw.choice(0, int(np.min(kernel)) // 2),
        ceil_mode=draw.choice(True, False),
    )


@cases("max_pool2d", count=80)
def max_pool2d(draw):
    options = pooling(draw, 2) | dict(dilation=pair(draw, 1, 1, 2))
    return (draw.permuted(*image(draw, draw.size(1, 3), 7, 11)),), options


@cases("max_pool1d", count=50)
def max_pool1d(draw):
    options = pooling(draw, 1) | dict(dilation=draw.choice(1, 2))
    return (draw.permuted(*image(draw, draw.size(1, 3), 7, 11, dims=1)),), options


@cases("max_pool2d", numeric=False, count=40)
def equal_entries(draw):
    return (ties(draw, *image(draw, 2, 7, 11)),), pooling(draw, 2)


@cases("max_pool1d", numeric=False)
def equal_entries_in_signals(draw):
    return (ties(draw, *image(draw, 2, 7, 11, dims=1)),), pooling(draw, 1)


@cases("max_pool2d", numeric=False)
def not_finite(draw):
    x = draw.permuted(2, 3, 7, 5)
    places = draw.rng.random(x.shape) < 0.4
    return (np.where(places, draw.choice(nan, inf, -inf), x),), pooling(draw, 2)


@cases("avg_pool2d", count=80)
def avg_pool2d(draw):
    options = pooling(draw, 2) | dict(
        count_include_pad=draw.choice(True, False),
        divisor_override=draw.choice(None, None, 3, -2),
    )
    return (draw.array(*image(draw, draw.size(1, 3), 4, 11)),), options


@cases("avg_pool1d", count=50)
def avg_pool1d(draw):
    options = pooling(draw, 1) | dict(count_include_pad=draw.choice(True, False))
    return (draw.array(*image(draw, draw.size(1, 3), 4, 11, dims=1)),), options


@cases("adaptive_avg_pool2d", count=50)
def adaptive_avg_pool2d(draw):
    size = draw.choice(
        draw.size(), (draw.size(), draw.size()), (None, draw.size()), (2, None)
    )
    return (draw.array(*image(draw, draw.size(1, 3), 1, 11)), size), {}


@cases("adaptive_avg_pool1d")
def adaptive_avg_pool1d(draw):
    x = draw.array(*image(draw, draw.size(1, 3), 1, 11, dims=1))
    return (x, draw.choice(draw.size(), (draw.size(),))), {}


x = np.random.default_rng(0).normal(size=(2, 3, 6, 5))
big = np.where(x > 1, inf, np.where(x < -1.5, nan, x))
special("avg_pool2d", big, 3, 2, 1)
special("adaptive_avg_pool2d", big, (4, 3))
special("max_pool2d", np.full((1, 2, 5, 5), -inf), 3, 2, 1)
special("max_pool2d", x, 6, ceil_mode=True)
special("max_pool2d", x, 2, stride=())  # as None
special("avg_pool2d", x, (2, 2), stride=[], padding=(0,))
special("max_pool2d", np.pad(x, 9), 17, stride=3)  # more taps than a byte can number
special("conv2d", np.zeros((0, 3, 6, 5)), x[:, :, :3, :2], np.ones(2))
special("conv2d", x, x, np.zeros(2), 1, (5, 4))  # as large as the image
special("conv_transpose2d", x[:, :2], x[:, :, :3, :2], None, 1, 0, (2, 1), 1, 3)
special("conv2d", np.where(x > 2, inf, x), np.ones((1, 3, 2, 2)))


# Layers


@layer_cases("Conv2d", count=24)
def conv2d_layer(draw):
    (x, weight, bias), options = conv2d(draw)
    sizes = (x.shape[-3], len(weight), weight.shape[2:])
    return (sizes, options | dict(bias=bias is not None)), (x,)


@layer_cases("Conv1d", count=24)
def conv1d_layer(draw):
    (x, weight, bias), options = conv1d(draw)
    sizes = (x.shape[-2], len(weight), weight.shape[2:])
    return (sizes, options | dict(bias=bias is not None)), (x,)


@layer_cases("ConvTranspose2d", count=24)
def conv_transpose2d_layer(draw):
    (x, weight, bias), options = conv_transpose2d(draw)
    sizes = (len(weight), weight.shape[1] * options["groups"], weight.shape[2:])
    return (sizes, options | dict(bias=bias is not None)), (x,)


def pool_layer(function):
    def generate(draw):
        args, kwargs = function(draw)
        return (args[1:], kwargs), args[:1]

    return generate


layer_cases("MaxPool1d")(pool_layer(max_pool1d))
layer_cases("MaxPool2d")(pool_layer(max_pool2d))
layer_cases("AvgPool1d")(pool_layer(avg_pool1d))
layer_cases("AvgPool2d")(pool_layer(avg_pool2d))
layer_cases("AdaptiveAvgPool1d")(pool_layer(adaptive_avg_pool1d))
layer_cases("AdaptiveAvgPool2d")(pool_layer(adaptive_avg_pool2d))


@layer_cases("MaxPool2d")
def in_order(draw):
    return ((2, None, 1, 1, False, True), {}), (draw.permuted(2, 3, 7, 5),)


@layer_cases("Conv2d")
def in_order_too(draw):
    return ((4, 6, 3, 2, 1, 1, 2, False, "zeros"), {}), (draw.array(2, 4, 7, 5),)


@layer_cases("ConvTranspose2d")
def all_in_order(draw):
    return ((4, 6, 3, 2, 1, 1, 2, False, 2), {}), (draw.array(2, 4, 3, 5),)
