"""Cases of activations, dropout without chance, and their layers."""

import numpy as np

from .cases_basic import shape
from .draw import cases, layer_cases, special

inf, nan = np.inf, np.nan
OPTIONS = {  # name -> (layer, its option sets)
    "relu": ("ReLU", [{}]),
    "leaky_relu": (
        "LeakyReLU",
        [{}, {"negative_slope": 0.3}, {"negative_slope": -2.0}],
    ),
    "elu": ("ELU", [{}, {"alpha": 0.5}, {"alpha": -1.5}]),
    "gelu": ("GELU", [{}, {"approximate": "tanh"}]),
    "silu": ("SiLU", [{}]),
    "softplus": ("Softplus", [{}, {"beta": 2.5}, {"beta": 0.5, "threshold": 1.0}]),
    "logsigmoid": ("LogSigmoid", [{}]),
    "sigmoid": ("Sigmoid", [{}]),
    "tanh": ("Tanh", [{}]),
}
EDGES = np.array(
    [-inf, -1e4, -100.0, -20.5, -1.0, -0.0, 0.0, 1.0, 20.5, 100.0, 1e4, nan]
)
for _name, (_layer, _options) in OPTIONS.items():

    @cases(_name, count=30)
    def activation(draw, options=_options):
        x = draw.array(*shape(draw, 0, 5), scale=draw.scale())
        return (x,), draw.choice(*options)

    @layer_cases(_layer, count=4)
    def activation_layer(draw, options=_options):
        return ((), draw.choice(*options)), (draw.array(*shape(draw)),)

    for _kwargs in _options:
        special(_name, EDGES, **_kwargs)
        special(_name, EDGES.astype(np.float32), **_kwargs)
        special(_name, np.zeros((3, 0, 2)), **_kwargs)
    if _name != "gelu":  # torch has nan for gelu(inf), but in float32 only
        special(_name, np.array([inf, 3e38], np.float32))


@cases("softmax", count=40)
@cases("log_softmax", count=40)
def softmax(draw):
    s = shape(draw, 0, 5)
    n = max(len(s), 1)
    x = draw.array(*s, scale=draw.scale())
    return (x, int(draw.rng.integers(-n, n))), {}


@layer_cases("Softmax")
@layer_cases("LogSoftmax")
def softmax_layer(draw):
    return draw.choice(((1,), {}), ((), {"dim": -2})), (draw.array(2, 3, 5),)


for _name in ("softmax", "log_softmax"):
    special(_name, np.array([[-inf, 0.0, 1e4], [-inf, -inf, -inf], [inf, 0.0, 1.0]]), 1)
    special(_name, np.array([[nan, 0.0], [1.0, 2.0]], np.float32), 1)


@cases("dropout")
def dropout_without_chance(draw):
    x = draw.array(*shape(draw), scale=draw.scale())
    options = (
        {"p": 0.0},
        {"p": 1.0},
        {"training": False},
        {"p": 0.7, "training": False},
    )
    return (x,), draw.choice(*options)


@layer_cases("Dropout")
def dropout_layer(draw):
    return ((draw.choice(0.0, 1.0),), {}), (draw.array(2, 3),)
