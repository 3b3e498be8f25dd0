"""Normalising layers: their scale, their shift and, over a batch, the running statistics."""

import numpy as np

from ..tensor import Tensor
from . import functional as F
from . import init
from .module import Module, empty, refuses


class _Norm(Module):
    def _scale_and_shift(self, shape, scale, shift):
        """Begin with a weight of ones and a bias of zeros, or without."""
        self.weight = init.ones_(empty(*shape)) if scale else None
        self.bias = init.zeros_(empty(*shape)) if shift else None


class _BatchNorm(_Norm):
    _shown = (
        "{num_features}, eps={eps}, momentum={momentum}, affine={affine}, "
        "track_running_stats={track_running_stats}"
    )

    @refuses("device", "dtype")
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True,
        device=None, dtype=None, *, bias=True,
    ):  # fmt: skip
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self._scale_and_shift((num_features,), affine, affine and bias)
        start = {
            "running_mean": np.zeros(num_features, np.float32),
            "running_var": np.ones(num_features, np.float32),
            "num_batches_tracked": np.array(0),
        }
        for name, array in start.items():
            self.register_buffer(name, Tensor(array) if track_running_stats else None)

    def forward(self, input):
        """Return the same shape, normalised; count the batch in training."""
        if input.ndim not in self.n_axes:
            raise ValueError(
                f"{type(self).__name__}: x must be {self.expected}, but has shape "
                f"{input.shape}."
            )
        momentum, running = self.momentum, (self.running_mean, self.running_var)
        if self.training and self.track_running_stats:
            self.num_batches_tracked.array[...] += 1
            if momentum is None:  # the running statistics are the mean of all so far
                momentum = 1 / self.num_batches_tracked.item()
        elif self.training:  # tracking may be switched off after they were made
            running = (None, None)
        by_batch = self.training or self.running_mean is None
        options = (by_batch, momentum or 0.0, self.eps)
        return F.batch_norm(input, *running, self.weight, self.bias, *options)


class BatchNorm1d(_BatchNorm):
    """Normalise each feature over the batch, then y = weight * xhat + bias.

    x is (N, num_features) or (N, num_features, L). In training the statistics are the
    batch's, and running_mean and running_var move towards them by the share momentum
    (None: their mean over all batches so far); in evaluation the running ones are used.
    """

    n_axes, expected = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over the batch and all positions, as BatchNorm1d does.

    x is (N, num_features, H, W).
    """

    n_axes, expected = (4,), "(N, C, H, W)"


class LayerNorm(_Norm):
    """Normalise each example over its last axes, then y = weight * xhat + bias."""

    _shown = "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}"

    @refuses("device", "dtype")
    def __init__(
        self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None,
        dtype=None,
    ):  # fmt: skip
        super().__init__()
        shape = tuple(np.atleast_1d(normalized_shape).tolist())
        self.normalized_shape, self.eps = shape, eps
        self.elementwise_affine = elementwise_affine
        self._scale_and_shift(shape, elementwise_affine, elementwise_affine and bias)

    def forward(self, input):
        """(..., *normalized_shape) -> the same."""
        shape, scale = self.normalized_shape, (self.weight, self.bias)
        return F.layer_norm(input, shape, *scale, self.eps)


class RMSNorm(LayerNorm):
    """Divide each example by the root mean square over its last axes; times weight."""

    @refuses("device", "dtype")
    def __init__(
        self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None
    ):  # fmt: skip
        super().__init__(normalized_shape, eps, elementwise_affine, bias=False)

    def forward(self, input):
        """(..., *normalized_shape) -> the same."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class GroupNorm(_Norm):
    """Normalise each example over each of num_groups groups of channels; then as above.

    x is (N, num_channels) or (N, num_channels, d1, ...).
    """

    _shown = "{num_groups}, {num_channels}, eps={eps}, affine={affine}"

    @refuses("device", "dtype")
    def __init__(
        self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None,
        *, bias=True,
    ):  # fmt: skip
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_channels={num_channels} does not divide into "
                f"num_groups={num_groups}."
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self._scale_and_shift((num_channels,), affine, affine and bias)

    def forward(self, input):
        """(N, num_channels, ...) -> the same."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)
