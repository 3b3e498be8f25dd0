"""Long short-term memory: a state with a memory beside it, and gates that guard it.

Shapes and names, and what the three recurrent networks share: through_time.py.
"""

import numpy as np

from .through_time import (
    back_through_sums,
    by_gate,
    checked,
    incoming,
    room_for,
    set_aside,
    sigmoid_,
    sum_of,
)


def lstm(x, h0, c0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, mask=None):
    """Keep a memory c beside the state: c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t).

    Four sums, each with its own rows of the weights, a = x_t @ W_ih.T + b_ih +
    h_{t-1} @ W_hh.T + b_hh, become, in torch's order,

    i = sigmoid(a) : the input gate, how much of the new is written
    f = sigmoid(a) : the forget gate, how much of the old is kept
    g = tanh(a)    : the new
    o = sigmoid(a) : the output gate, how much of the memory is shown

    x (T, N, in), h0 and c0 (N, H)
    mask : (T, N) booleans, True where a step counts; elsewhere h and c stay
    Returns (output, h_n, c_n): h after all steps, (T, N, H), and the last h and c.
    Raises ValueError or TypeError for what does not fit.
    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9,
    1997; f by Gers, Schmidhuber and Cummins, "Learning to forget", same journal 12, 2000.
    """
    weights, states = (weight_ih, weight_hh, bias_ih, bias_hh), {"h0": h0, "c0": c0}
    inputs, skipped, h0, c0 = checked("lstm", 4, x, weights, states, mask)
    x, *weights = inputs
    T, N, n_in = x.shape
    weight = _side_by_side(*weights)
    if T > 8:  # each product then takes 3 to 10 % less, which pays for the copy
        weight = weight.copy()
    xh = np.ones((N, weight.shape[1]), x.dtype)
    hs, cs = room_for(T, h0), room_for(T, c0)
    tanh_c = np.empty_like(cs[1:])
    gates = np.empty((T, 4, *c0.shape), x.dtype)  # each gate in one piece
    for t in range(T):
        xh[:, :n_in], xh[:, n_in:-1] = x[t], hs[t]
        i, f, g, o = a = np.matmul(xh, weight, out=gates[t])
        sigmoid_(a[:2])
        np.tanh(g, out=g)
        sigmoid_(o)
        if skipped is not None:  # write nothing and keep all: so c stays
            np.copyto(i, 0, where=skipped[t])
            np.copyto(f, 1, where=skipped[t])
        c = np.multiply(f, cs[t], out=cs[t + 1])
        c += i * g
        h = np.multiply(o, np.tanh(c, out=tanh_c[t]), out=hs[t + 1])
        if skipped is not None:
            np.copyto(h, hs[t], where=skipped[t])
    outputs = hs[1:], hs[-1].copy(), cs[-1].copy()
    return outputs, (inputs, skipped, hs, cs, tanh_c, gates)


def lstm_backward(dy, cache, needs=(True,) * 7):
    """dc_t = dh_t * o * (1 - tanh(c_t)^2) + dc_{t+1} * f_{t+1}, and so on to each gate.

    dh_t comes from above and from the sums of the next step, da_{t+1} @ W_hh; dc_{t+1} is
    only multiplied by f: where f is 1, the gradient goes back unchanged.
    """
    inputs, skipped, hs, cs, tanh_c, gates = cache
    doutput, dh, dc = incoming(dy, cs)
    T, _, N, H = gates.shape
    da = np.empty((T, N, 4, H), gates.dtype)
    for t in reversed(range(T)):
        i, f, g, o = gates[t]
        di, df, dg, do = da[t].swapaxes(0, 1)  # gradients of the sums under the gates
        dh += doutput[t]
        passing = None if skipped is None else set_aside(dh, skipped[t])
        h = hs[t + 1]  # = o * tanh(c), so h * (1 - o) is tanh(c) * o * (1 - o)
        np.multiply(dh * h, 1 - o, out=do)
        dc += dh * (o - h * tanh_c[t])
        dc_i = dc * i
        np.multiply(dc_i * g, 1 - i, out=di)
        np.multiply(dc_i, 1 - g * g, out=dg)
        dc *= f  # now the gradient of c_{t-1}
        np.multiply(dc * cs[t], 1 - f, out=df)
        np.matmul(da[t].reshape(N, 4 * H), inputs[2], out=dh)
        if passing is not None:
            dh += passing
    da = da.reshape(T, N, 4 * H)
    dx, _, *dweights = back_through_sums(da, da, inputs, hs[:-1], needs)
    return dx, dh, dc, *dweights


def _side_by_side(weight_ih, weight_hh, *biases):
    """The weights of x_t, of h_{t-1} and of 1, for each gate: (4, in + H + 1, H).

    With x_t, h_{t-1} and 1 side by side too, a step is one product. It takes 9 % off a
    forward with the products of all x before the loop.
    """
    bias = sum_of(biases, weight_ih)[:, None]
    parts = [by_gate(part, 4) for part in (weight_ih, weight_hh, bias)]
    return np.concatenate(parts, axis=1)
