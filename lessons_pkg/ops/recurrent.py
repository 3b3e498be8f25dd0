"""Recurrent networks: one layer, in one direction, over whole sequences.

Shapes: T steps of N sequences. x (T, N, in), states (N, H), weight_ih (G * H, in),
weight_hh (G * H, H), biases (G * H,): the G gates of a cell one under another, in torch's
order. Returned are output (T, N, H), the states h of all steps, and the last states; a
backward takes the gradients of these as a tuple, None for one that nobody used.

Only the product with h_{t-1} has to wait for the step before. What can be done for all
steps at once, the gradients of the weights above all, is one product outside of the loop.
Backpropagation through time: Werbos, "Backpropagation through time: what it does and how
to do it", Proceedings of the IEEE 78, 1990.
"""

import numpy as np

from .inputs import as_float
from .matmul import linear, linear_backward


def rnn(x, h0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh"):
    """Renew the state: h_t = tanh(x_t @ W_ih.T + b_ih + h_{t-1} @ W_hh.T + b_hh).

    Returns (output, h_n). G = 1.
    Source: Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h0 = _checked("rnn", 1, x, *weights, h0=h0)
    x, weight_ih, weight_hh, *biases = inputs
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(
            f"rnn: nonlinearity must be 'tanh' or 'relu', but {nonlinearity!r} came."
        )
    a, _ = linear(x, weight_ih, _sum(biases, weight_ih))  # (T, N, H)
    hs = _states(len(x), h0)
    for t in range(len(x)):
        h = np.matmul(hs[t], weight_hh.T, out=hs[t + 1])
        h += a[t]
        np.tanh(h, out=h) if nonlinearity == "tanh" else np.maximum(h, 0, out=h)
    return (hs[1:], hs[-1].copy()), (inputs, hs, nonlinearity)


def rnn_backward(dy, cache, needs=(True,) * 6):
    """For the sums a_t under the tanh: da_t = dh_t * (1 - h_t^2), dh_{t-1} = da_t @ W_hh."""
    inputs, hs, nonlinearity = cache
    doutput, dh = _incoming(dy, hs)
    da = np.empty_like(hs[1:])
    for t in reversed(range(len(da))):
        h = hs[t + 1]
        dh += doutput[t]
        np.multiply(dh, 1 - h * h if nonlinearity == "tanh" else h > 0, out=da[t])
        np.matmul(da[t], inputs[2], out=dh)
    dx, *dweights = _at_once(da, da, inputs, hs, needs)
    return dx, dh, *dweights


def lstm(x, h0, c0, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Keep a memory c beside the state: c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t).

    i, f, o = sigmoid(a), g = tanh(a), each gate with its own part of
    a = x_t @ W_ih.T + b_ih + h_{t-1} @ W_hh.T + b_hh. G = 4: i, f, g, o.
    Returns (output, h_n, c_n).
    Source: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9,
    1997; f by Gers, Schmidhuber and Cummins, "Learning to forget", same journal 12, 2000.
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h0, c0 = _checked("lstm", 4, x, *weights, h0=h0, c0=c0)
    x, weight_ih, weight_hh, *biases = inputs
    T, N, n_in = x.shape
    # x_t, h_{t-1} and 1 stand side by side, and so do their weights: then a step is one
    # product. It takes 9 % off a forward with the products of all x before the loop.
    columns = weight_ih, weight_hh, _sum(biases, weight_ih)[:, None]
    weight = _by_gate(np.concatenate(columns, axis=1), 4)
    xh = np.ones((N, weight.shape[1]), x.dtype)
    hs, cs = _states(T, h0), _states(T, c0)
    tanh_c = np.empty_like(cs[1:])
    gates = np.empty((T, 4, *c0.shape), x.dtype)  # each gate in one piece
    for t in range(T):
        xh[:, :n_in], xh[:, n_in:-1] = x[t], hs[t]
        i, f, g, o = a = np.matmul(xh, weight, out=gates[t])
        _sigmoid_(a[:2])
        np.tanh(g, out=g)
        _sigmoid_(o)
        c = np.multiply(f, cs[t], out=cs[t + 1])
        c += i * g
        np.multiply(o, np.tanh(c, out=tanh_c[t]), out=hs[t + 1])
    outputs = hs[1:], hs[-1].copy(), cs[-1].copy()
    return outputs, (inputs, hs, cs, tanh_c, gates)


def lstm_backward(dy, cache, needs=(True,) * 7):
    """dc_t = dh_t * o * (1 - tanh(c_t)^2) + dc_{t+1} * f_{t+1}, and so on to each gate.

    dh_t comes from above and from the sums of the next step, da_{t+1} @ W_hh.
    """
    inputs, hs, cs, tanh_c, gates = cache
    doutput, dh, dc = _incoming(dy, cs)
    T, _, N, H = gates.shape
    da = np.empty((T, N, 4, H), gates.dtype)
    for t in reversed(range(T)):
        i, f, g, o = gates[t]
        di, df, dg, do = da[t].swapaxes(0, 1)  # gradients of the sums under the gates
        dh += doutput[t]
        h = hs[t + 1]  # = o * tanh(c), so h * (1 - o) is tanh(c) * o * (1 - o)
        np.multiply(dh * h, 1 - o, out=do)
        dc += dh * (o - h * tanh_c[t])
        dc_i = dc * i
        np.multiply(dc_i * g, 1 - i, out=di)
        np.multiply(dc_i, 1 - g * g, out=dg)
        dc *= f  # now the gradient of c_{t-1}
        np.multiply(dc * cs[t], 1 - f, out=df)
        np.matmul(da[t].reshape(N, 4 * H), inputs[2], out=dh)
    da = da.reshape(T, N, 4 * H)
    dx, *dweights = _at_once(da, da, inputs, hs, needs)
    return dx, dh, dc, *dweights


def gru(x, h0, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Mix old state and new: h_t = (1 - z) * n + z * h_{t-1}.

    With the sums a = x_t @ W_ih.T + b_ih and b = h_{t-1} @ W_hh.T + b_hh, gate by gate:
    r, z = sigmoid(a + b), n = tanh(a + r * b). G = 3: r, z, n.
    Returns (output, h_n). Source: Cho et al., "Learning phrase representations using RNN
    encoder-decoder ...", EMNLP 2014, where r stands inside of the product.
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h0 = _checked("gru", 3, x, *weights, h0=h0)
    x, weight_ih, weight_hh, bias_ih, bias_hh = inputs
    hs = _states(len(x), h0)
    T, N, H = hs[1:].shape
    a = linear(x, weight_ih, bias_ih)[0].reshape(T, N, 3, H).swapaxes(1, 2)
    bias = 0 if bias_hh is None else bias_hh.reshape(3, 1, H)
    weight = _by_gate(weight_hh, 3)
    gates = np.empty((T, 4, N, H), hs.dtype)  # n, r, z, and the part of b for n
    for t in range(T):
        n, r, z, b = gates[t]
        gates[t, 1:] = hs[t] @ weight + bias
        gates[t, 1:3] += a[t, :2]
        _sigmoid_(gates[t, 1:3])
        np.tanh(a[t, 2] + r * b, out=n)
        np.add(n, z * (hs[t] - n), out=hs[t + 1])
    return (hs[1:], hs[-1].copy()), (inputs, hs, gates)


def gru_backward(dy, cache, needs=(True,) * 6):
    """dn = dh * (1 - z), dz = dh * (h_{t-1} - n), dr = da_n * b, each through its gate.

    dh_{t-1} = dh_t * z + db @ W_hh, where db = da, but da_n * r for n.
    """
    inputs, hs, gates = cache
    doutput, dh = _incoming(dy, hs)
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
    dx, *dweights = _at_once(da, db, inputs, hs, needs)
    return dx, dh, *dweights


def _sigmoid_(a):
    """The logistic function, in place, as (1 + tanh(a / 2)) / 2: half the time of 1 / (1 + exp)."""
    a *= 0.5
    np.tanh(a, out=a)
    a += 1
    a *= 0.5


def _states(T, first):
    """Room for the states before and after each of T steps, the first one filled in."""
    states = np.empty((T + 1, *first.shape), first.dtype)
    states[0] = first
    return states


def _sum(biases, weight):
    """The sum of those biases that there are."""
    return sum((b for b in biases if b is not None), np.zeros_like(weight[:, 0]))


def _by_gate(weight, n_gates):
    """(G * H, in) as (G, in, H): the weights that x @ weight takes, for each gate."""
    return weight.reshape(n_gates, -1, weight.shape[1]).swapaxes(1, 2).copy()


def _incoming(dy, states):
    """The gradients that come from above, in arrays of one's own; zeros in place of None."""
    doutput, *dlast = dy
    doutput = np.zeros_like(states[1:]) if doutput is None else doutput
    own = [np.zeros_like(states[0]) if d is None else d.copy() for d in dlast]
    return doutput, *own


def _at_once(da, db, inputs, hs, needs):
    """From the gradients of a = x @ W_ih.T + b_ih and b = h @ W_hh.T + b_hh, all the others."""
    x, weight_ih, weight_hh, bias_ih, bias_hh = inputs
    wanted = needs[0], needs[-4], needs[-2]
    dx, dweight_ih, dbias_ih = linear_backward(da, (x, weight_ih, bias_ih), wanted)
    wanted = False, needs[-3], needs[-1]
    _, dweight_hh, dbias_hh = linear_backward(db, (hs[:-1], weight_hh, bias_hh), wanted)
    return dx, dweight_ih, dweight_hh, dbias_ih, dbias_hh


def _checked(who, n_gates, x, *weights, **states):
    """Return a tuple of the inputs as arrays, x and the weights; and the states."""
    names = "x", "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    given = dict(zip(names, (x, *weights), strict=True)) | states
    given = {name: as_float(who, name, a) for name, a in given.items() if a is not None}
    x, H = given["x"], given["weight_hh"].shape[-1]
    if x.ndim != 3 or len(x) == 0:
        raise ValueError(
            f"{who}: x must have shape (T, N, in) with one step or more, but came with "
            f"shape {x.shape}. One sequence (T, in) is x[:, None]."
        )
    rows = n_gates * H
    shapes = x.shape, (rows, x.shape[2]), (rows, H), (rows,), (rows,)
    shapes = dict(zip(names, shapes, strict=True))
    for name, a in given.items():
        shape = shapes.get(name, (x.shape[1], H))  # that of a state
        if a.shape != shape:
            raise ValueError(
                f"{who}: {name} must have shape {shape} to go with x {x.shape} and a state "
                f"of {H} numbers, but came with shape {a.shape}."
            )
        if a.dtype != x.dtype:
            raise TypeError(
                f"{who}: {name} has dtype {a.dtype}, but x has {x.dtype}. Convert one."
            )
    return tuple(given.get(name) for name in names), *[given[name] for name in states]
