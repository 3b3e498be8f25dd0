"""The mathematics: pure NumPy functions, each forward with its backward beneath.

A forward returns `(out, cache)`. Its backward takes dy, the gradient of the loss with
respect to `out`, and that cache, and returns the gradient of each array input, in their
order. A costly backward has a third parameter, `needs`: for each array input, whether its
gradient is wanted. Inputs are never changed; integers and booleans become float64.
"""

from .elementwise import *
from .matmul import *
from .reduce import *
from .shape import *

import importlib, pkgutil  # TEMPORARY while modules are being added: the lead replaces it

for _m in pkgutil.iter_modules(__path__):
    try:
        _found = vars(importlib.import_module(f"{__name__}.{_m.name}"))
    except Exception as _error:
        print("ops:", _m.name, _error)
        continue
    globals().update({k: v for k, v in _found.items() if callable(v) and k[0] != "_"})
