"""Normalising layers: their scale, their shift and, over a batch, the running statistics."""

import numpy as np

from ..tensor import Tensor
from . import functional as F
from .module import Module, Parameter, unsupported


class _Norm(Module):
    """A layer with a weight of ones and a bias of zeros, or None for either."""

    def _scale(self, shape, weight, bias, device, dtype):
        unsupported(type(self).__name__, device=(device, None), dtype=(dtype, None))
        one, zero = np.ones(shape, np.float32), np.zeros(shape, np.float32)
        self.register_parameter("weight", Parameter(one) if weight else None)
        self.register_parameter("bias", Parameter(zero) if bias else None)


class _BatchNorm(_Norm):
    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self._scale(num_features, affine, affine and bias, device, dtype)
        start = {
            "running_mean": np.zeros(num_features, np.float32),
            "running_var": np.ones(num_features, np.float32),
            "num_batches_tracked": np.array(0),
        }
        for name, array in start.items():
            self.register_buffer(name, Tensor(array) if track_running_stats else None)

    def forward(self, input):
        """Return the same shape, normalised; count the batch in training."""
        if input.ndim not in self.axes:
            raise ValueError(
                f"{type(self).__name__}: x must be {self.expected}, but has shape "
                f"{input.shape}."
            )
        momentum, tracks = self.momentum, self.track_running_stats
        if self.training and tracks:
            self.num_batches_tracked.array[...] += 1
            if momentum is None:  # the running statistics are the mean of all so far
                momentum = 1 / self.num_batches_tracked.item()
        running = (self.running_mean, self.running_var)
        if self.training and not tracks:  # switched off since they were made
            running = (None, None)
        by_batch = self.training or self.running_mean is None
        momentum = 0.0 if momentum is None else momentum
        scale = (self.weight, self.bias)
        return F.batch_norm(input, *running, *scale, by_batch, momentum, self.eps)

    def extra_repr(self):
        """Name the options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Normalise each feature over the batch, then y = weight * xhat + bias.

    x is (N, num_features) or (N, num_features, L). In training the statistics are the
    batch's, and running_mean and running_var move towards them by the share momentum
    (None: their mean over all batches so far); in evaluation the running ones are used.
    """

    axes, expected = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over the batch and all positions, as BatchNorm1d does.

    x is (N, num_features, H, W).
    """

    axes, expected = (4,), "(N, C, H, W)"


class LayerNorm(_Norm):
    """Normalise each example over its last axes, then y = weight * xhat + bias."""

    def __init__(
        self,
        normalized_shape,
        eps=1e-5,
        elementwise_affine=True,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = tuple(np.atleast_1d(normalized_shape).tolist())
        self.eps, self.elementwise_affine = eps, elementwise_affine
        shape, bias = self.normalized_shape, elementwise_affine and bias
        self._scale(shape, elementwise_affine, bias, device, dtype)

    def forward(self, input):
        """(..., *normalized_shape) -> the same."""
        return F.layer_norm(
            input, self.normalized_shape, self.weight, self.bias, self.eps
        )

    def extra_repr(self):
        """Name the options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}"
        )


class RMSNorm(LayerNorm):
    """Divide each example by the root mean square over its last axes; times weight."""

    def __init__(
        self,
        normalized_shape,
        eps=None,
        elementwise_affine=True,
        device=None,
        dtype=None,
    ):
        super().__init__(
            normalized_shape, eps, elementwise_affine, False, device, dtype
        )

    def forward(self, input):
        """(..., *normalized_shape) -> the same."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class GroupNorm(_Norm):
    """Normalise each example over each of num_groups groups of channels; then as above.

    x is (N, num_channels) or (N, num_channels, d1, ...).
    """

    def __init__(
        self,
        num_groups,
        num_channels,
        eps=1e-5,
        affine=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_channels={num_channels} does not divide into "
                f"num_groups={num_groups}."
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self._scale(num_channels, affine, affine and bias, device, dtype)

    def forward(self, input):
        """(N, num_channels, ...) -> the same."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """Name the options."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"
