"""Draw test cases: shapes, layouts, dtypes and arguments, each from a seed."""

import numpy as np

FUNCTIONS, LAYERS, SPECIAL = {}, {}, []


def cases(name, torch_name=None, tolerance=1, numeric=True, count=24):
    """Register a function of a Draw that returns (args, kwargs) for the function `name`.

    torch_name : torch's, where it differs    tolerance : factor on the usual one
    numeric    : also compare with finite differences    count : cases for each dtype
    """

    def register(function):
        options = dict(
            torch_name=torch_name or name,
            tolerance=tolerance,
            numeric=numeric,
            count=count,
        )
        FUNCTIONS.setdefault(name, []).append((function, options))
        return function

    return register


def layer_cases(name, tolerance=1, count=12):
    """Register a function of a Draw that returns ((args, kwargs) of the constructor, inputs)."""

    def register(function):
        options = dict(tolerance=tolerance, count=count)
        LAYERS.setdefault(name, []).append((function, options))
        return function

    return register


def special(name, *args, **kwargs):
    """Register one case with these very arguments."""
    SPECIAL.append((name, args, kwargs))


class Constant(np.ndarray):
    """An array whose gradient is not asked for."""


class Draw:
    """What one case is drawn from."""

    def __init__(self, seed, dtype):
        self.rng = np.random.default_rng(seed)
        self.dtype = np.dtype(dtype)

    def choice(self, *values):
        """One of the values."""
        return values[self.rng.integers(len(values))]

    def maybe(self, value):
        """The value, or None."""
        return self.choice(value, None)

    def size(self, low=1, high=7):
        """A size; 1 and primes come more often, so that swapped axes are noticed."""
        liked = [n for n in (1, 2, 3, 5, 7, 11) if low <= n <= high]
        return int(self.choice(*range(low, high + 1), *liked, *liked))

    def batch(self):
        """A number of examples: now and then none, or one."""
        return int(self.choice(0, 1, 2, 3, 3, 5))

    def scale(self):
        """How large the numbers are."""
        return self.choice(1e-3, 1.0, 1.0, 30.0, 1e4)

    def array(self, *shape, scale=1.0, positive=False, low=None, high=None, grad=True):
        """Floats of the case's dtype, in one of the memory layouts that users meet."""
        x = np.asarray(self.rng.normal(0, scale, shape))
        if low is not None:
            x = self.rng.uniform(low, high, shape)
        if positive:
            x = np.abs(x) + 0.1 * scale
        return self.laid_out(np.asarray(x, self.dtype), grad)

    def permuted(self, *shape):
        """Floats no two of which are equal or near."""
        n = int(np.prod(shape))
        x = (self.rng.permutation(n) - n / 2) * 0.25
        return self.laid_out(x.reshape(shape).astype(self.dtype))

    def laid_out(self, x, grad=True):
        """The same numbers, contiguous or not."""
        layout = self.choice("plain", "plain", "strided", "reversed", "transposed")
        layout = layout if x.ndim else "plain"
        if layout == "strided":
            x = np.stack([x, x], axis=-1)[..., 0]
        elif layout == "reversed":
            x = np.flip(np.flip(x).copy())
        elif layout == "transposed":
            x = x.T.copy().T
        return x if grad else x.view(Constant)

    def integers(self, low, high, *shape):
        """Whole numbers from low to high - 1."""
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        return self.rng.integers(low, high, shape)

    def booleans(self, *shape):
        """Truth values."""
        return np.asarray(self.rng.random(shape) < 0.5)
