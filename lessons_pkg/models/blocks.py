"""What networks are built of: a convolution with batch norm and ReLU, in two forms."""

import sys
from numbers import Integral


def conv_block(nn, in_channels, out_channels, stride=1):
    """Return a 3 x 3 convolution with batch norm and ReLU.

    (N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride), rounded up.
    The convolution has no bias: batch norm would subtract it, and adds its own.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def separable(nn, in_channels, out_channels, stride=1):
    """Return the same cut in two: look around in each channel, then mix the channels.

    The shapes are those of conv_block. The first half has one 3 x 3 filter a channel
    (groups), the second is 1 x 1: 9 in + in out weights in place of 9 in out.
    Source: Howard et al., "MobileNets: efficient convolutional neural networks for mobile
    vision applications", arXiv:1704.04861, 2017.
    """
    depthwise = nn.Conv2d(
        in_channels, in_channels, 3, stride, padding=1, groups=in_channels, bias=False
    )
    return nn.Sequential(
        depthwise,
        nn.BatchNorm2d(in_channels),
        nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def whole(who, name, value):
    """Return value, a whole number of 1 or more, or say what is wrong with it."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(
            f"{who}: {name}={value!r} must be a whole number, 1 or more. "
            "Give such a number."
        )
    return int(value)


def engine(nn):
    """Return the package that nn belongs to, torch or lessons_pkg: it has cat, arange."""
    return sys.modules[nn.__name__.rpartition(".")[0]]
