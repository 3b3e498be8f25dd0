"""Activations as layers, made from their functions: a layer keeps the options."""

import inspect

from .. import ops
from ..tensor import Tensor
from ..tensor.define import refuse
from . import functional as F
from .module import Module


class FunctionLayer(Module):
    """A layer without weights: it calls a function of nn.functional with its options.

    An option that is a tensor becomes a buffer, and is saved with the state dict.
    """

    function, options = None, {}  # name of each option -> default

    def __init__(self, *args, **kwargs):
        super().__init__()
        given = self.__signature__.bind(*args, **kwargs)
        given.apply_defaults()
        taken = inspect.signature(getattr(ops, self.function.__name__)).parameters
        for name, value in given.arguments.items():
            if name not in taken and value != self.options[name]:
                refuse(f"torch.nn.{type(self).__name__}", name, value)
            if isinstance(value, Tensor):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def forward(self, *inputs):
        """Call the function."""
        options = {name: getattr(self, name) for name in self.options}
        return self.function(*inputs, **options)

    def extra_repr(self):
        """Name the options: of an activation all that are on, of a loss what is changed."""
        shown = {name: getattr(self, name) for name in self.options}
        return ", ".join(
            f"{name}={value!r}"
            for name, value in shown.items()
            if not isinstance(value, Tensor)
            and (value != self.options[name] or "reduction" not in shown)
            and value is not False
        )


def layer_of(name, function, n_inputs=1, without=(), module=__name__):
    """Make the layer of a function: its arguments after the inputs are the options."""
    parameters = list(inspect.signature(function).parameters.values())[n_inputs:]
    parameters = [p for p in parameters if p.name not in without]
    text = function.__doc__.partition("\n")[0]
    members = {
        "__doc__": f"{text} The layer of functional.{function.__name__}.",
        "__module__": module,
        "__signature__": inspect.Signature(parameters),
        "function": staticmethod(function),
        "options": {p.name: p.default for p in parameters},
    }
    return type(name, (FunctionLayer,), members)


ReLU = layer_of("ReLU", F.relu)
LeakyReLU = layer_of("LeakyReLU", F.leaky_relu)
ELU = layer_of("ELU", F.elu)
GELU = layer_of("GELU", F.gelu)
SiLU = layer_of("SiLU", F.silu)
Softplus = layer_of("Softplus", F.softplus)
Sigmoid = layer_of("Sigmoid", F.sigmoid)
Tanh = layer_of("Tanh", F.tanh)
LogSigmoid = layer_of("LogSigmoid", F.logsigmoid)
Softmax = layer_of("Softmax", F.softmax, without=("_stacklevel", "dtype"))
LogSoftmax = layer_of("LogSoftmax", F.log_softmax, without=("_stacklevel", "dtype"))
