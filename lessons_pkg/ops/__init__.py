"""The mathematics: pure NumPy functions, each forward with its backward beneath.

A forward returns `(out, cache)`. Its backward takes dy, the gradient of the loss with
respect to `out`, and that cache, and returns the gradient of each array input, in their
order. A costly backward has a third parameter, `needs`: for each array input, whether its
gradient is wanted. Inputs are never changed; integers and booleans become float64.
"""

from .activations import *
from .attention import *
from .cells import *
from .conv import *
from .cross_entropy import *
from .dropout import *
from .elementwise import *
from .embedding import *
from .gru import *
from .losses import *
from .lstm import *
from .matmul import *
from .norm import *
from .packing import *
from .pool import *
from .recurrent import *
from .reduce import *
from .shape import *
