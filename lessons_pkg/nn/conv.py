"""Convolutions as layers: Conv1d, Conv2d, ConvTranspose2d."""

import math

from . import functional as F
from . import init
from .linear import empty
from .module import Module, unsupported


class _Conv(Module):
    """What the three have in common: their numbers, one for each axis, and their weights."""

    dims, transposed = 2, False

    def __init__(
        self, n_in, n_out, groups, bias, padding_mode, device, dtype, **numbers
    ):
        super().__init__()
        name, mode = type(self).__name__, (padding_mode, "zeros")
        unsupported(name, padding_mode=mode, device=(device, None), dtype=(dtype, None))
        self.in_channels, self.out_channels, self.groups = n_in, n_out, groups
        self.padding_mode = padding_mode
        for key, value in numbers.items():
            single = isinstance(value, int)
            setattr(self, key, (value,) * self.dims if single else value)
        if groups < 1 or n_in % groups or n_out % groups:
            raise ValueError(
                f"{name}: groups={groups} must divide in_channels={n_in} and "
                f"out_channels={n_out}."
            )
        if self.padding == "same" and max(self.stride) > 1:
            raise ValueError(
                f'{name}: padding="same" needs stride=1, but {self.stride} came.'
            )
        first, second = (n_in, n_out) if self.transposed else (n_out, n_in)
        self.weight = empty(first, second // groups, *self.kernel_size)
        self.register_parameter("bias", empty(n_out) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new weights, and biases within 1 / sqrt(weights of one output) of 0."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # a gain of sqrt(1 / 3)
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        """Name the sizes, and the options that are changed."""
        shown = f"{self.in_channels}, {self.out_channels}, "
        shown += f"kernel_size={self.kernel_size}, stride={self.stride}"
        off = {"padding": 0, "dilation": 1, "output_padding": 0, "groups": 1}
        for key, value in off.items():
            now = getattr(self, key, value)
            if now not in (value, (value,) * self.dims):
                shown += f", {key}={now}"
        return shown if self.bias is not None else f"{shown}, bias=False"


class Conv2d(_Conv):
    """Slide out_channels windows of weights over images, each giving one channel.

    weight (out_channels, in_channels / groups, *kernel_size) and bias (out_channels,)
    start uniform within 1 / sqrt(in_channels / groups * KH * KW) of 0.
    """

    function = staticmethod(F.conv2d)

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            *(in_channels, out_channels, groups, bias, padding_mode, device, dtype),
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
        )

    def forward(self, input):
        """(N, in_channels, H, W) -> (N, out_channels, H_out, W_out)."""
        options = (self.stride, self.padding, self.dilation, self.groups)
        return self.function(input, self.weight, self.bias, *options)


class Conv1d(Conv2d):
    """The same over signals: (N, in_channels, L) -> (N, out_channels, L_out)."""

    dims, function = 1, staticmethod(F.conv1d)


class ConvTranspose2d(_Conv):
    """Spread each entry over a window of outputs: a Conv2d's way back, as a layer.

    weight (in_channels, out_channels / groups, *kernel_size) and bias (out_channels,)
    start uniform within 1 / sqrt(out_channels / groups * KH * KW) of 0.
    """

    transposed = True

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            *(in_channels, out_channels, groups, bias, padding_mode, device, dtype),
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            dilation=dilation,
        )

    def forward(self, input, output_size=None):
        """(N, in_channels, H, W) -> (N, out_channels, H_out, W_out)."""
        unsupported("ConvTranspose2d", output_size=(output_size, None))
        options = (self.stride, self.padding, self.output_padding)
        return F.conv_transpose2d(
            input, self.weight, self.bias, *options, self.groups, self.dilation
        )
