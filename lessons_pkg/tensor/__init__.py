"""Arrays with gradients: torch's tensors on NumPy.

recording.py  the switch: no_grad            tape.py      nodes, and the way back
tensor.py     Tensor, apply                  dtypes.py    what operands have in common
define.py     functions from signatures      functions.py the tables of functions
methods.py    the same as methods            creation.py  zeros, arange, randn
"""

from . import methods
from .recording import enable_grad, is_grad_enabled, no_grad
from .tensor import Tensor, apply, tensor

__all__ = ["Tensor", "apply", "enable_grad", "is_grad_enabled", "no_grad", "tensor"]
