"""The tested package behind the course: deep learning foundations in NumPy.

`import lessons_pkg as lp` is the engine, with torch's names: lp.tensor, lp.exp, lp.no_grad,
lp.nn, lp.optim. `ops` holds its mathematics. `data` the data sets, `plots` the figures,
`train` the training loop, `exercises` the exercises and their checkers.
"""

import numpy as _np

from . import nn, optim
from .random import Generator, default_generator, manual_seed
from .tensor import Tensor, enable_grad, is_grad_enabled, no_grad, tensor
from .tensor.creation import *
from .tensor.functions import *

__version__ = "0.1.0"

float32, float64 = _np.dtype("float32"), _np.dtype("float64")
int32, int64 = _np.dtype("int32"), _np.dtype("int64")
bool = _np.dtype("bool")
float, double, long = float32, float64, int64
