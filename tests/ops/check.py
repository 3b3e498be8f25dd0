"""Compare a backward with finite differences of its forward."""

import numpy as np


def random(*shape, seed=0, scale=1.0):
    return np.asarray(np.random.default_rng(seed).normal(0, scale, shape))


def numeric_gradient(f, x, step=1e-6):
    """df/dx for a number f(x), by central differences, one entry of x at a time."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (f(up) - f(down)) / (2 * step)
    return gradient


def check_gradients(forward, backward, *inputs, atol=1e-8, rtol=1e-6):
    """Check the gradient of sum(G * forward(*inputs)[0]) for a random G.

    Without the weights G, errors that cancel in a plain sum would not be seen: the
    gradient of sum(softmax(x)), for one, is zero whatever x is.
    """
    assert all(x.dtype == np.float64 for x in inputs)
    y, cache = forward(*inputs)
    G = random(*np.shape(y), seed=1)
    gradients = backward(G, cache)
    if not isinstance(gradients, tuple):
        gradients = (gradients,)
    assert len(gradients) == len(inputs)
    for i, (x, got) in enumerate(zip(inputs, gradients, strict=True)):

        def f(changed, i=i):
            return np.sum(G * forward(*inputs[:i], changed, *inputs[i + 1 :])[0])

        np.testing.assert_allclose(
            got,
            numeric_gradient(f, x),
            rtol=rtol,
            atol=atol,
            strict=True,  # the same shape and dtype too
            err_msg=f"gradient of input {i}",
        )
