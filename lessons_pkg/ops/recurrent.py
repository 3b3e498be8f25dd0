"""The simple recurrent network: one state, renewed at every step.

Shapes and names, and what the three recurrent networks share: through_time.py.
"""

import numpy as np

from .matmul import linear
from .through_time import (
    back_through_sums,
    checked,
    incoming,
    room_for,
    set_aside,
    sum_of,
)


def rnn(
    x, h0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh", mask=None
):  # fmt: skip
    """Renew the state: h_t = tanh(x_t @ W_ih.T + b_ih + h_{t-1} @ W_hh.T + b_hh).

    x (T, N, in), h0 (N, H); nonlinearity "tanh" or "relu"
    mask : (T, N) booleans, True where a step counts; elsewhere h_t = h_{t-1}
    Returns (output, h_n): the states after all steps, (T, N, H), and the last ones.
    Raises ValueError or TypeError for what does not fit.
    Source: Elman, "Finding structure in time", Cognitive Science 14, 1990.

    >>> one = np.ones((1, 1))
    >>> rnn([[[1.0]], [[2.0]]], [[0.0]], one, 3 * one, nonlinearity="relu")[0][0].ravel()
    array([1., 5.])
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, skipped, h0 = checked("rnn", 1, x, weights, {"h0": h0}, mask)
    activate = _activation("rnn", nonlinearity)
    x, weight_ih, weight_hh, *biases = inputs
    a, _ = linear(x, weight_ih, sum_of(biases, weight_ih))  # (T, N, H)
    hs = room_for(len(x), h0)
    for t in range(len(x)):
        h = np.matmul(hs[t], weight_hh.T, out=hs[t + 1])
        h += a[t]
        activate(h)
        if skipped is not None:
            np.copyto(h, hs[t], where=skipped[t])
    return (hs[1:], hs[-1].copy()), (inputs, skipped, hs, nonlinearity)


def rnn_backward(dy, cache, needs=(True,) * 6):
    """For the sums under the tanh: da_t = dh_t * (1 - h_t^2), dh_{t-1} = da_t @ W_hh."""
    inputs, skipped, hs, nonlinearity = cache
    doutput, dh = incoming(dy, hs)
    da = np.empty_like(hs[1:])
    for t in reversed(range(len(da))):
        dh += doutput[t]
        passing = None if skipped is None else set_aside(dh, skipped[t])
        np.multiply(dh, _slope(hs[t + 1], nonlinearity), out=da[t])
        np.matmul(da[t], inputs[2], out=dh)
        if passing is not None:
            dh += passing
    dx, _, *dweights = back_through_sums(da, da, inputs, hs[:-1], needs)
    return dx, dh, *dweights


def _activation(who, nonlinearity):
    """The function, which works in place."""
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(
            f"{who}: nonlinearity must be 'tanh' or 'relu', but {nonlinearity!r} came."
        )
    if nonlinearity == "tanh":
        return lambda a: np.tanh(a, out=a)
    return lambda a: np.maximum(a, 0, out=a)


def _slope(h, nonlinearity):
    """Its derivative, where its value is h."""
    return 1 - h * h if nonlinearity == "tanh" else h > 0
