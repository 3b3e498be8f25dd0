"""Pooling as layers, made from their functions: the largest or the mean of each window."""

import inspect

from . import functional as F
from .activation import layer_of


class _Windows:
    """The stride is the kernel_size unless given: the windows lie side by side."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.stride is None:
            self.stride = self.kernel_size


def _pool(name, function):
    layer = layer_of(name, function, module=__name__)
    options = list(layer.__signature__.parameters.values())
    if options[-1].name == "return_indices":  # torch's layers have it before ceil_mode
        options[-2:] = reversed(options[-2:])
    members = {
        "__doc__": layer.__doc__,
        "__module__": __name__,
        "__signature__": inspect.Signature(options),
    }
    return type(name, (_Windows, layer), members)


MaxPool1d = _pool("MaxPool1d", F.max_pool1d)
MaxPool2d = _pool("MaxPool2d", F.max_pool2d)
AvgPool1d = _pool("AvgPool1d", F.avg_pool1d)
AvgPool2d = _pool("AvgPool2d", F.avg_pool2d)
AdaptiveAvgPool1d = layer_of(
    "AdaptiveAvgPool1d", F.adaptive_avg_pool1d, module=__name__
)
AdaptiveAvgPool2d = layer_of(
    "AdaptiveAvgPool2d", F.adaptive_avg_pool2d, module=__name__
)
