"""Cases of attention and of recurrent networks."""

import numpy as np

from .draw import cases, layer_cases, special

inf = np.inf


# Attention


def batches(draw):
    """The axes in front of query, key and value: equal, or some of them 1 or missing."""
    axes = draw.choice((), (2,), (2, 3), (3, 1, 2))
    return [
        tuple(draw.choice(n, n, n, 1) for n in axes)[draw.choice(0, 0, len(axes)) :]
        for _ in range(2)
    ] + [axes]


def float_mask(draw, *shape):
    """Floats to add, some of them -inf, and now and then a row of nothing else."""
    mask = draw.array(*shape)
    mask[draw.booleans(*shape)] = -inf
    return mask


def mask(draw, *shape):
    """A mask that broadcasts to this shape: booleans or floats; or None."""
    shape = tuple(draw.choice(n, n, n, 1) for n in shape)[
        draw.choice(0, len(shape) - 2) :
    ]
    return draw.choice(
        None, draw.booleans(*shape), draw.array(*shape), float_mask(draw, *shape)
    )


def attention(draw, axes, sizes, **options):
    (q, k, v), (L, S, E, Ev) = axes, sizes
    inputs = draw.array(*q, L, E), draw.array(*k, S, E), draw.array(*v, S, Ev)
    return inputs, options | {"scale": draw.choice(None, None, 0.3, -2.0)}


@cases("scaled_dot_product_attention", tolerance=5, count=80)
def attention_with_mask(draw):
    axes = batches(draw)
    L, S, E, Ev = (draw.size(1, 5) for _ in range(4))
    front = np.broadcast_shapes(*axes[:2])
    return attention(draw, axes, (L, S, E, Ev), attn_mask=mask(draw, *front, L, S))


@cases("scaled_dot_product_attention", tolerance=5)
def attention_causal(draw):
    return attention(
        draw, batches(draw), [draw.size(1, 5) for _ in "LSEe"], is_causal=True
    )


@cases("scaled_dot_product_attention", tolerance=5)
def attention_sharp(draw):
    s = draw.scale()
    n = draw.batch()
    inputs = (
        draw.array(n, 3, 5, scale=s),
        draw.array(n, 7, 5),
        draw.array(n, 7, 2, scale=s),
    )
    return inputs, {"is_causal": draw.choice(True, False)}


for _empty in ((0, 3, 2), (3, 0, 2), (3, 2, 0)):  # no queries, no keys, no numbers
    L, S, E = _empty
    special(
        "scaled_dot_product_attention",
        np.ones((L, E)),
        np.ones((S, E)),
        np.ones((S, 2)),
    )
_eye = np.eye(2, dtype=np.float32)
for _mask in (
    np.array([[False, False], [True, False]]),
    np.array([[-inf, -inf], [-inf, 0.0]], np.float32),
    np.array([[inf, 0.0], [-1e30, -1e30]], np.float32),
    np.array(True),
    np.array([0.5, -0.5], np.float32),
):
    special("scaled_dot_product_attention", _eye, 3 * _eye, _eye, _mask)
special("scaled_dot_product_attention", inf * np.ones((1, 2)), np.eye(2), np.eye(2))


def not_allowed(draw, *shape):
    """A mask of MultiheadAttention: booleans, True where one may not look; or floats.

    The first key can always be seen: where there is none, torch gives nan or 0.
    """
    forbidden = draw.booleans(*shape)
    forbidden[..., 0] = False
    return draw.choice(forbidden, np.where(forbidden, -inf, 0).astype(draw.dtype))


@layer_cases("MultiheadAttention", tolerance=3, count=60)
def multihead_attention(draw):
    h, L, S = draw.choice(1, 2, 3), draw.size(1, 5), draw.size(1, 5)
    batch_first, N, E = draw.choice(True, False), draw.choice(0, 1, 3, None), 2 * h
    kdim, vdim = draw.choice((None, None), (None, None), (3, None), (3, 5))
    options = dict(bias=draw.choice(True, False), batch_first=batch_first, kdim=kdim)
    options |= dict(vdim=vdim, dropout=draw.choice(0.0, 0.0, 1.0))

    def steps(n, size):
        axes = (n,) if N is None else (N, n) if batch_first else (n, N)
        return draw.array(*axes, size)

    query = steps(L, E)
    inputs = (query, steps(S, kdim or E), steps(S, vdim or E))
    heads = h if N is None else N * h
    masks = dict(
        key_padding_mask=not_allowed(draw, *(() if N is None else (N,)), S),
        attn_mask=not_allowed(draw, *draw.choice((), (heads,)), L, S),
    )
    given = {name: m for name, m in masks.items() if N and draw.choice(True, False)}
    given |= dict(need_weights=draw.choice(True, False))
    given |= dict(average_attn_weights=draw.choice(True, False))
    return ((E, h), options), inputs, given


@layer_cases("MultiheadAttention", tolerance=3)
def multihead_attention_causal(draw):
    later = np.triu(np.ones((3, 3), bool), 1)
    inputs = tuple(draw.array(3, 2, 4) for _ in range(3))
    options = dict(is_causal=True, need_weights=draw.choice(True, False))
    return ((4, 2), {}), inputs, options | dict(attn_mask=later)


@layer_cases("TransformerEncoderLayer", tolerance=3, count=30)
def transformer_encoder_layer(draw):
    batch_first, N, L = (
        draw.choice(True, False),
        draw.choice(1, 3, None),
        draw.size(1, 5),
    )
    options = dict(
        dropout=draw.choice(0.0, 0.0, 1.0),
        activation=draw.choice("relu", "gelu"),
        layer_norm_eps=draw.choice(1e-5, 0.1),
        batch_first=batch_first,
        norm_first=draw.choice(True, False),
        bias=draw.choice(True, False),
    )
    axes = (L,) if N is None else (N, L) if batch_first else (L, N)
    padding = not_allowed(draw, *(() if N is None else (N,)), L)
    given = dict(src_mask=draw.maybe(not_allowed(draw, L, L)))
    given |= dict(src_key_padding_mask=draw.maybe(padding))
    return ((6, 2, 5), options), (draw.array(*axes, 6),), given


# Recurrent networks


def recurrent(draw, n_states, **more):
    """A network of some layers, and its input, with or without the states to start from."""
    n_in, hidden, T, N = (draw.size(1, 5) for _ in range(4))
    N = draw.choice(N, N, 0, None)
    options = dict(
        num_layers=draw.choice(1, 1, 2, 3),
        bias=draw.choice(True, True, False),
        batch_first=draw.choice(True, False),
        bidirectional=draw.choice(True, False),
    )
    rows = options["num_layers"] * (1 + options["bidirectional"])
    if options["num_layers"] > 1:
        options |= dict(dropout=draw.choice(0.0, 0.0, 1.0))
    axes = (T,) if N is None else (N, T) if options["batch_first"] else (T, N)
    first = [
        draw.array(rows, *(() if N is None else (N,)), hidden) for _ in range(n_states)
    ]
    hx = draw.maybe(first[0] if n_states == 1 else tuple(first))
    x = draw.array(*axes, n_in, scale=draw.choice(1e-3, 1.0, 30.0))
    return ((n_in, hidden), options | more), (x,), {"hx": hx}


@layer_cases("RNN", tolerance=3, count=40)
def rnn(draw):
    return recurrent(draw, 1, nonlinearity=draw.choice("tanh", "relu"))


@layer_cases("LSTM", tolerance=3, count=60)
def lstm(draw):
    return recurrent(draw, 2)


@layer_cases("GRU", tolerance=3, count=60)
def gru(draw):
    return recurrent(draw, 1)


def one_step(draw, n_states, **more):
    """A cell, and one step of one sequence or more, with or without its states."""
    n_in, hidden, N = draw.size(1, 5), draw.size(1, 5), draw.choice(0, 1, 3, 5, None)
    batch = () if N is None else (N,)
    first = [draw.array(*batch, hidden) for _ in range(n_states)]
    hx = draw.maybe(first[0] if n_states == 1 else tuple(first))
    x = draw.array(*batch, n_in, scale=draw.choice(1e-3, 1.0, 30.0))
    options = dict(bias=draw.choice(True, True, False))
    return ((n_in, hidden), options | more), (x,), {"hx": hx}


@layer_cases("RNNCell", tolerance=3, count=40)
def rnn_cell(draw):
    return one_step(draw, 1, nonlinearity=draw.choice("tanh", "relu"))


@layer_cases("LSTMCell", tolerance=3, count=40)
def lstm_cell(draw):
    return one_step(draw, 2)


@layer_cases("GRUCell", tolerance=3, count=40)
def gru_cell(draw):
    return one_step(draw, 1)
