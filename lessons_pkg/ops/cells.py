"""One step of a recurrent network: for decoding, where the next input is not known yet.

Shapes: x (N, in), or (in,) for one sequence; states (N, H), or (H,); the weights as for
whole sequences, see through_time.py. With all steps at hand rnn, lstm and gru are quicker.
"""

import numpy as np

from .recurrent import _activation, _slope
from .through_time import back_through_sums, fitting, sigmoid_


def rnn_cell(
    x, h, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh"
):
    """Renew the state once: tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh). See rnn."""
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h = _checked("rnn_cell", 1, x, weights, h=h)
    y, b = _sums(inputs, h)
    y += b
    _activation("rnn_cell", nonlinearity)(y)
    return y, (inputs, h, y, nonlinearity)


def rnn_cell_backward(dy, cache, needs=(True,) * 6):
    """da = dy * (1 - y^2), dh = da @ W_hh."""
    inputs, h, y, nonlinearity = cache
    da = dy * _slope(y, nonlinearity)
    return back_through_sums(da, da, inputs, h, needs, needs[1])


def lstm_cell(x, h, c, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Renew memory and state once: c' = f * c + i * g, h' = o * tanh(c'). See lstm.

    Returns (h', c').
    """
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h, c = _checked("lstm_cell", 4, x, weights, h=h, c=c)
    a, b = _sums(inputs, h)
    a += b
    i, f, g, o = _apart(a, 4)
    sigmoid_(a[..., : 2 * c.shape[-1]])  # i and f
    np.tanh(g, out=g)
    sigmoid_(o)
    new = f * c
    new += i * g
    tanh_c = np.tanh(new)
    return (o * tanh_c, new), (inputs, h, c, a, tanh_c)


def lstm_cell_backward(dy, cache, needs=(True,) * 7):
    """With dc = dc' + dh' * o * (1 - tanh(c')^2): di = dc * g, df = dc * c, dg = dc * i."""
    inputs, h, c, a, tanh_c = cache
    dh, dc = [np.zeros_like(c) if d is None else d for d in dy]
    i, f, g, o = _apart(a, 4)
    da = np.empty_like(a)
    di, df, dg, do = _apart(da, 4)  # of the sums under the gates
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    np.multiply(dc * g, i * (1 - i), out=di)
    np.multiply(dc * c, f * (1 - f), out=df)
    np.multiply(dc * i, 1 - g * g, out=dg)
    np.multiply(dh * tanh_c, o * (1 - o), out=do)
    dx, dh, *dweights = back_through_sums(da, da, inputs, h, needs, needs[1])
    return dx, dh, dc * f, *dweights


def gru_cell(x, h, weight_ih, weight_hh, bias_ih=None, bias_hh=None):
    """Mix old state and new once: (1 - z) * n + z * h. See gru."""
    weights = weight_ih, weight_hh, bias_ih, bias_hh
    inputs, h = _checked("gru_cell", 3, x, weights, h=h)
    H = h.shape[-1]
    a, b = _sums(inputs, h)
    a[..., : 2 * H] += b[..., : 2 * H]
    sigmoid_(a[..., : 2 * H])
    r, z, n = _apart(a, 3)
    b = b[..., 2 * H :]
    n += r * b
    np.tanh(n, out=n)
    return n + z * (h - n), (inputs, h, a, b)


def gru_cell_backward(dy, cache, needs=(True,) * 6):
    """dn = dy * (1 - z), dz = dy * (h - n), dr = da_n * b; dh = dy * z + db @ W_hh."""
    inputs, h, a, b = cache
    r, z, n = _apart(a, 3)
    da = np.empty_like(a)
    da_r, da_z, da_n = _apart(da, 3)
    np.multiply(dy * (1 - z), 1 - n * n, out=da_n)
    np.multiply(dy * (h - n), z * (1 - z), out=da_z)
    np.multiply(da_n * b, r * (1 - r), out=da_r)
    db = da.copy()
    _apart(db, 3)[2] *= r
    dx, dh, *dweights = back_through_sums(da, db, inputs, h, needs, needs[1])
    return dx, dh if dh is None else dh + dy * z, *dweights


def _sums(inputs, h):
    """a = x @ W_ih.T + b_ih and b = h @ W_hh.T + b_hh."""
    x, weight_ih, weight_hh, bias_ih, bias_hh = inputs
    a, b = x @ weight_ih.T, h @ weight_hh.T
    if bias_ih is not None:
        a += bias_ih
    if bias_hh is not None:
        b += bias_hh
    return a, b


def _apart(a, n_gates):
    """(..., G * H) as G views of shape (..., H)."""
    return a.reshape(*a.shape[:-1], n_gates, a.shape[-1] // n_gates).swapaxes(0, -2)


def _checked(who, n_gates, x, weights, **states):
    """The tuple of x and the weights, and the states."""
    x = np.asarray(x)
    if x.ndim not in (1, 2):
        raise ValueError(
            f"{who}: x must have shape (N, in), or (in,), but came with shape {x.shape}. "
            f"One step of a sequence (T, N, in) is x[t]."
        )
    inputs, states = fitting(who, n_gates, x, weights, states, x.shape[:-1])
    return inputs, *states
