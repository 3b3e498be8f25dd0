"""Through time: what rnn, lstm and gru share, before, between and after their steps.

Shapes: T steps of N sequences. x (T, N, in), states (N, H), weight_ih (G * H, in),
weight_hh (G * H, H), biases (G * H,): the G gates of a network one under another, in
torch's order. A state has T + 1 places, hs[t] before step t and hs[t + 1] after it.

Forward: all steps use the same weights, on the sums

    a_t = x_t @ W_ih.T + b_ih      b_t = h_{t-1} @ W_hh.T + b_hh

Only b_t has to wait for the step before; a, for all steps, is one product.

Backward: written out, the network is T layers deep, and the gradient goes down through
them from the last step to the first. Along the way dh is the gradient of h_t: what comes
from above at step t, and what the later steps sent back. A weight has a part in all steps,
so its gradient is the sum over them: with the gradients da and db of the sums in memory,
that is one product again, da.T @ x over the T * N rows.

Masks: where a step does not count for a sequence, its state is held, and dh passes by
unchanged. Both directions of a batch of sequences of unequal length follow from that: read
from the end, a short sequence keeps its first state until its own end comes.

Backpropagation through time: Werbos, "Backpropagation through time: what it does and how
to do it", Proceedings of the IEEE 78, 1990.
"""

import numpy as np

from .inputs import as_float
from .matmul import linear_backward

NAMES = "x", "weight_ih", "weight_hh", "bias_ih", "bias_hh"


def room_for(T, first):
    """Room for the states before and after each of T steps, the first one filled in."""
    states = np.empty((T + 1, *first.shape), first.dtype)
    states[0] = first
    return states


def by_gate(weight, n_gates):
    """(G * H, in) as (G, in, H), a view: what x @ weight takes, for each gate."""
    return weight.reshape(n_gates, -1, weight.shape[1]).swapaxes(1, 2)


def sum_of(biases, weight):
    """The sum of those biases that there are."""
    return sum((b for b in biases if b is not None), np.zeros_like(weight[:, 0]))


def sigmoid_(a):
    """The logistic function, in place, as (1 + tanh(a / 2)) / 2: half the time of 1 / (1 + exp)."""
    a *= 0.5
    np.tanh(a, out=a)
    a += 1
    a *= 0.5


def incoming(dy, states):
    """The gradients that come from above, in arrays of one's own; zeros in place of None."""
    doutput, *dlast = dy
    doutput = np.zeros_like(states[1:]) if doutput is None else doutput
    own = [np.zeros_like(states[0]) if d is None else d.copy() for d in dlast]
    return doutput, *own


def set_aside(dh, skipped):
    """Take out of dh, and return, the part of the sequences that skip this step."""
    passing = np.where(skipped, dh, 0)
    np.copyto(dh, 0, where=skipped)
    return passing


def back_through_sums(da, db, inputs, h, needs, need_dh=False):
    """From da and db, with a = x @ W_ih.T + b_ih and b = h @ W_hh.T + b_hh, all the others.

    needs : of x, the states and the four weights; whether to compute dh is asked apart
    Returns dx, dh, dweight_ih, dweight_hh, dbias_ih, dbias_hh.
    """
    x, weight_ih, weight_hh, bias_ih, bias_hh = inputs
    wanted = needs[0], needs[-4], needs[-2]
    dx, dweight_ih, dbias_ih = linear_backward(da, (x, weight_ih, bias_ih), wanted)
    wanted = need_dh, needs[-3], needs[-1]
    dh, dweight_hh, dbias_hh = linear_backward(db, (h, weight_hh, bias_hh), wanted)
    return dx, dh, dweight_ih, dweight_hh, dbias_ih, dbias_hh


def checked(who, n_gates, x, weights, states, mask):
    """Check the inputs of a network over T steps.

    Returns the tuple of x and the weights; where a step is skipped, (T, N, 1) or None;
    and the states, as arrays.
    """
    x = as_float(who, "x", x)
    if x.ndim != 3 or len(x) == 0:
        raise ValueError(
            f"{who}: x must have shape (T, N, in) with one step or more, but came with "
            f"shape {x.shape}. One sequence (T, in) is x[:, None]."
        )
    inputs, states = fitting(who, n_gates, x, weights, states, x.shape[1:2])
    if mask is None:
        return inputs, None, *states
    skipped = _skipped(who, x, mask)
    if skipped is not None:  # what stands there, nan perhaps, must do no harm
        inputs = np.where(skipped, 0, x), *inputs[1:]
    return inputs, skipped, *states


def _skipped(who, x, mask):
    """Where a step does not count, (T, N, 1); None if all do."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(
            f"{who}: mask must hold booleans, True where a step counts, but its dtype is "
            f"{mask.dtype}. Of numbers make it with mask != 0."
        )
    if mask.shape != x.shape[:2]:
        raise ValueError(
            f"{who}: mask must have shape {x.shape[:2]}, that of the steps and sequences "
            f"of x {x.shape}, but came with shape {mask.shape}."
        )
    return None if mask.all() else ~mask[:, :, None]


def fitting(who, n_gates, x, weights, states, batch):
    """Return (x, *weights) and the list of states, arrays whose shapes and dtypes agree.

    states : {name: array}, each of shape (*batch, H)
    """
    given = dict(zip(NAMES, (x, *weights), strict=True)) | states
    given = {name: as_float(who, name, a) for name, a in given.items() if a is not None}
    x, H = given["x"], given["weight_hh"].shape[-1]
    rows = n_gates * H
    shapes = x.shape, (rows, x.shape[-1]), (rows, H), (rows,), (rows,)
    shapes = dict(zip(NAMES, shapes, strict=True))
    for name, a in given.items():
        shape = shapes.get(name, (*batch, H))  # that of a state
        if a.shape != shape:
            raise ValueError(
                f"{who}: {name} must have shape {shape} to go with x {x.shape} and a state "
                f"of {H} numbers, but came with shape {a.shape}."
            )
        if a.dtype != x.dtype:
            raise TypeError(
                f"{who}: {name} has dtype {a.dtype}, but x has {x.dtype}. Convert one."
            )
    return tuple([given.get(name) for name in NAMES]), [given[name] for name in states]
