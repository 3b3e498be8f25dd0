"""The gated recurrent unit: one state, part of which each step keeps.

Shapes and names, and what the three recurrent networks share: through_time.py.
"""

import numpy as np

from .matmul import linear
from .through_time import (
    back_through_sums,
    by_gate,
    checked,
    incoming,
    room_for,
    sigmoid_,
)


def gru(x, h0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, mask=None):
    """Mix old state and new: h_t = (1 - z) * n + z * h_{t-1}.

    From the sums a = x_t @ W_ih.T + b_ih and b = h_{t-1} @ W_hh.T + b_hh, three of each,
    come, in torch's order,

    r = sigmoid(a + b)  : the reset gate, how much of the old the new may look at
    z = sigmoid(a + b)  : the update gate, how much of the old is kept
    n = tanh(a + r * b) : the new

    x (T, N, in), h0 (N, H)
    mask : (T, N) booleans, True where a step counts; elsewhere h stays
    Returns (output, h_n): the states after all steps, (T, N, H), and the last ones.
    Raises ValueError or TypeError for what does not fit.
    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder ...",
    EMNLP 2014, where r stands inside of the product.
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, skipped, h0 = checked("gru", 3, x, weights, {"h0": h0}, mask)
    x, weight_ih, weight_hh, bias_ih, bias_hh = inputs
    hs = room_for(len(x), h0)
    T, N, H = hs[1:].shape
    a = linear(x, weight_ih, bias_ih)[0].reshape(T, N, 3, H).swapaxes(1, 2)
    bias = 0 if bias_hh is None else bias_hh.reshape(3, 1, H)
    weight = by_gate(weight_hh, 3)
    gates = np.empty((T, 4, N, H), hs.dtype)  # n, r, z, and the part of b for n
    for t in range(T):
        n, r, z, b = gates[t]
        gates[t, 1:] = hs[t] @ weight + bias
        gates[t, 1:3] += a[t, :2]
        sigmoid_(gates[t, 1:3])
        np.tanh(a[t, 2] + r * b, out=n)
        if skipped is not None:  # keep all
            np.copyto(z, 1, where=skipped[t])
        h = np.add(n, z * (hs[t] - n), out=hs[t + 1])
        if skipped is not None:  # to the last digit
            np.copyto(h, hs[t], where=skipped[t])
    return (hs[1:], hs[-1].copy()), (inputs, hs, gates)


def gru_backward(dy, cache, needs=(True,) * 6):
    """dn = dh * (1 - z), dz = dh * (h_{t-1} - n), dr = da_n * b, each through its gate.

    dh_{t-1} = dh_t * z + db @ W_hh, where db = da, but da_n * r for n. Where a step was
    skipped, z = 1 makes all of da zero and lets dh pass.
    """
    inputs, hs, gates = cache
    doutput, dh = incoming(dy, hs)
    T, _, N, H = gates.shape
    da = np.empty((T, N, 3, H), gates.dtype)
    db = np.empty_like(da)
    for t in reversed(range(T)):
        n, r, z, b = gates[t]
        da_r, da_z, da_n = da[t].swapaxes(0, 1)
        dh += doutput[t]
        np.multiply(dh * (1 - z), 1 - n * n, out=da_n)
        np.multiply(dh * (hs[t] - n), z * (1 - z), out=da_z)
        np.multiply(da_n * b, r * (1 - r), out=da_r)
        db[t] = da[t]
        db[t, :, 2] *= r
        dh *= z
        dh += db[t].reshape(N, 3 * H) @ inputs[2]
    da, db = da.reshape(T, N, 3 * H), db.reshape(T, N, 3 * H)
    dx, _, *dweights = back_through_sums(da, db, inputs, hs[:-1], needs)
    return dx, dh, *dweights
