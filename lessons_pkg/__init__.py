"""The tested package behind the course: deep learning foundations in NumPy.

`import lessons_pkg as lp` is the engine, with torch's names: lp.tensor, lp.exp, lp.no_grad,
lp.nn, lp.optim. `ops` holds its mathematics, `data` the data sets, `plots` the figures,
`train` the training loop, `exercises` the exercises and their checkers.
"""

from . import blas as _blas

__version__ = "0.1.0"

_blas.choose_kernels()  # which must happen before NumPy is loaded
try:
    import numpy as _np

    from . import nn, optim
    from .random import Generator, default_generator, manual_seed
    from .tensor import Tensor, enable_grad, is_grad_enabled, no_grad, tensor
    from .tensor.creation import *
    from .tensor.functions import *

    float32 = float = _np.dtype("float32")
    float64 = double = _np.dtype("float64")
    int32, bool = _np.dtype("int32"), _np.dtype("bool")
    int64 = long = _np.dtype("int64")
except ImportError as _error:  # `lessons doctor` must start without NumPy, to name it
    _reason = str(_error)

    def __getattr__(name):
        """Say why the engine is not here."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(
            f"lessons_pkg.{name}: the engine could not be loaded ({_reason}). "
            "Run `lessons doctor`: it says what to install."
        )
