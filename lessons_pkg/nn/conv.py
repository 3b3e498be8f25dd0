"""Convolutions as layers: Conv1d, Conv2d, ConvTranspose2d."""

import math

from . import functional as F
from . import init
from .module import Module, empty, refuses


class _Conv(Module):
    dims, transposed = 2, False

    @refuses("padding_mode", "device", "dtype")
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1,
        groups=1, bias=True, padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        who, n_in, n_out = type(self).__name__, in_channels, out_channels
        self.in_channels, self.out_channels, self.groups = n_in, n_out, groups
        self.padding_mode = padding_mode
        self.kernel_size = self._each_axis(kernel_size)
        self.stride, self.padding = self._each_axis(stride), self._each_axis(padding)
        self.dilation = self._each_axis(dilation)
        if groups < 1 or n_in % groups or n_out % groups:
            raise ValueError(
                f"{who}: groups={groups} must divide in_channels={n_in} and "
                f"out_channels={n_out}."
            )
        if padding == "same" and max(self.stride) > 1:
            raise ValueError(
                f'{who}: padding="same" needs stride=1, but {self.stride} came.'
            )
        first, second = (n_in, n_out) if self.transposed else (n_out, n_in)
        self.weight = empty(first, second // groups, *self.kernel_size)
        self.bias = empty(n_out) if bias else None
        self.reset_parameters()

    def _each_axis(self, value):
        return (value,) * self.dims if isinstance(value, int) else value

    def reset_parameters(self):
        """Draw new weights."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

    def forward(self, input):
        """(N, in_channels, H, W) -> (N, out_channels, H_out, W_out)."""
        options = (self.stride, self.padding, self.dilation, self.groups)
        return self.function(input, self.weight, self.bias, *options)

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


class Conv1d(_Conv):
    """The same over signals: (N, in_channels, L) -> (N, out_channels, L_out)."""

    dims, function = 1, staticmethod(F.conv1d)


class ConvTranspose2d(_Conv):
    """Spread each entry over a window of outputs: a Conv2d's way back, as a layer.

    weight (in_channels, out_channels / groups, *kernel_size) and bias (out_channels,)
    start uniform within 1 / sqrt(out_channels / groups * KH * KW) of 0.
    """

    transposed = True

    @refuses("padding_mode", "device", "dtype")
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0,
        groups=1, bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        sizes = (in_channels, out_channels, kernel_size)
        super().__init__(*sizes, stride, padding, dilation, groups, bias)
        self.output_padding = self._each_axis(output_padding)

    @refuses("output_size")
    def forward(self, input, output_size=None):
        """(N, in_channels, H, W) -> (N, out_channels, H_out, W_out)."""
        options = (self.stride, self.padding, self.output_padding, self.groups)
        weights = (self.weight, self.bias)
        return F.conv_transpose2d(input, *weights, *options, self.dilation)
