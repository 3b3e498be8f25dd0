"""Arrays that Hypothesis chooses, and the comparison with PyTorch."""

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

torch.set_num_threads(1)  # small arrays, and other tests run beside these

quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)

sizes = st.sampled_from([1, 2, 3, 5, 7])
batches = st.sampled_from([0, 1, 2, 3, 11])
dtypes = st.sampled_from([np.float32, np.float64])
scales = st.sampled_from([1e-3, 1.0, 30.0, 1e4])
TOLERANCE = {np.dtype(np.float32): 2e-5, np.dtype(np.float64): 1e-12}


@st.composite
def arrays(draw, shape, dtype, scale=1.0):
    """Random numbers in one of the memory layouts that users meet."""
    seed = draw(st.integers(0, 2**32 - 1))
    x = np.random.default_rng(seed).normal(0, scale, (*shape, 2)).astype(dtype)
    layout = draw(st.sampled_from(["plain", "strided", "reversed", "transposed"]))
    if layout == "strided":
        return x[..., 0]
    x = x[..., 0].copy()
    if layout == "reversed":
        return np.flip(np.flip(x).copy())
    return x.T.copy().T if layout == "transposed" else x


def as_tensor(x):
    return torch.tensor(x.copy(), requires_grad=True)


def torch_gradients(f, dy, *inputs):
    """Value and gradients of sum(dy * f(*inputs)), by PyTorch."""
    tensors = [as_tensor(x) for x in inputs]
    y = f(*tensors)
    y.backward(torch.tensor(dy.copy()))
    return y.detach().numpy(), *(t.grad.numpy() for t in tensors)


def assert_same(got, expected, scale=1.0):
    """The same dtype, shape and numbers, to rounding at numbers of size `scale`."""
    got = np.asarray(got)
    tolerance = TOLERANCE[expected.dtype]
    np.testing.assert_allclose(
        got, expected, rtol=tolerance, atol=tolerance * scale, strict=True
    )
