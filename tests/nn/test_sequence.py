"""Recurrent layers, attention and the Transformer: what parity with torch leaves open."""

import numpy as np
import pytest

import lessons_pkg as lp
from lessons_pkg import nn

KINDS = "RNN", "LSTM", "GRU"


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_weights_start_uniform(kind):
    lp.manual_seed(0)
    for p in kind(30, 100, num_layers=2).parameters():
        w = p.array.ravel()  # within 1 / sqrt(100) = 0.1; std 0.1 / sqrt(3)
        assert abs(w).max() <= 0.1 < abs(w).max() * 1.05
        np.testing.assert_allclose(w.std(), 0.1 / 3**0.5, rtol=0.1)


def test_attention_weights_start_as_in_torch():
    lp.manual_seed(0)
    layer = nn.MultiheadAttention(100, 4)
    bounds = {"in_proj_weight": (6 / 400) ** 0.5, "out_proj.weight": 0.1}
    for name, p in layer.named_parameters():
        if name in bounds:
            np.testing.assert_allclose(abs(p.array).max(), bounds[name], rtol=0.02)
        else:
            np.testing.assert_array_equal(p.array, 0)


def test_a_step_at_a_time_is_the_whole_sequence():
    layer, x = nn.LSTM(3, 5, num_layers=2), lp.randn(4, 2, 3)
    output, last = layer(x)
    hx, steps = None, []
    for t in range(4):
        y, hx = layer(x[t : t + 1], hx)
        steps.append(y)
    np.testing.assert_allclose(lp.cat(steps).detach(), output.detach(), atol=1e-6)
    for a, b in zip(hx, last, strict=True):
        np.testing.assert_allclose(a.detach(), b.detach(), atol=1e-6)


def test_dropout_between_layers_only_in_training():
    lp.manual_seed(0)
    layer, x = nn.GRU(3, 200, num_layers=2, dropout=0.5), lp.randn(2, 1, 3)
    first, second = layer(x)[0].detach(), layer(x)[0].detach()
    assert (first.array != second.array).all()
    layer.eval()
    np.testing.assert_array_equal(layer(x)[0].detach(), layer(x)[0].detach())


def test_dropout_of_one_layer_warns():
    with pytest.warns(UserWarning, match="dropout") as warnings:
        nn.RNN(3, 5, dropout=0.5)
    assert str(warnings[0].message) == (
        "RNN: dropout=0.5 acts between layers, but there is only one."
    )


def test_dropout_of_attention_is_in_the_weights():
    lp.manual_seed(0)
    layer, x = nn.MultiheadAttention(4, 1, dropout=0.25), lp.zeros(50, 1, 4)
    _, weights = layer(x, x, x)  # equal keys: each weight is 1/50, or dropped
    dropped = weights.array == 0
    np.testing.assert_allclose(dropped.mean(), 0.25, atol=0.03)
    np.testing.assert_allclose(weights.array[~dropped], 1 / 50 / 0.75, rtol=1e-6)


def test_one_tensor_given_twice_is_like_two():
    layer, x, other = nn.MultiheadAttention(6, 2), lp.randn(4, 3, 6), lp.randn(4, 3, 6)
    for same, apart in [
        ((x, x, x), (x, x + 0, x + 0)),
        ((x, x, other), (x, x + 0, other)),
    ]:
        for a, b in zip(layer(*same), layer(*apart), strict=True):
            np.testing.assert_allclose(a.detach(), b.detach(), atol=1e-6)


def test_dropout_inside_the_small_network():
    lp.manual_seed(0)
    layer = nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, activation="gelu")
    x = lp.randn(3, 2, 4)
    layer.dropout.p = 1.0
    nothing_comes_through = layer(x).detach()
    assert (layer.eval()(x).array != nothing_comes_through.array).all()
    nn.init.zeros_(layer.linear2.weight)
    np.testing.assert_array_equal(layer(x).detach(), nothing_comes_through)


# Error sentences

X = lp.zeros(4, 2, 3)
TRIANGLE = "Give it, such as triu(ones(L, S), 1).bool()."


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: nn.LSTM(5, 7)(X),
            "LSTM: the input must have 2 or 3 axes, the last one of input_size=5 entries, "
            "but came with shape (4, 2, 3).",
        ),
        (
            lambda: nn.LSTM(3, 7)(X, (lp.zeros(1, 4, 7), lp.zeros(1, 2, 7))),
            "LSTM: hx must hold 2 of shape (1, 2, 7), but the shapes (1, 4, 7), (1, 2, 7) "
            "came.",
        ),
        (
            lambda: nn.GRU(3, 7)(X[:, 0], lp.zeros(1, 1, 7)),
            "GRU: hx must hold 1 of shape (1, 7), but the shapes (1, 1, 7) came.",
        ),
        (
            lambda: nn.RNN(3, 7, nonlinearity="sigmoid"),
            "RNN: nonlinearity must be 'tanh' or 'relu', but 'sigmoid' came.",
        ),
        (
            lambda: nn.MultiheadAttention(3, 2),
            "MultiheadAttention: embed_dim=3 must be divisible by num_heads=2.",
        ),
        (
            lambda: nn.MultiheadAttention(3, 1)(X, X, X[:2]),
            "MultiheadAttention: query, key and value must have 2 or 3 axes, the last of 3, "
            "3 and 3 entries, with as many values as keys and the same N, but came with "
            "shapes (4, 2, 3), (4, 2, 3) and (2, 2, 3).",
        ),
        (
            lambda: nn.MultiheadAttention(3, 1)(X, X, X, is_causal=True),
            "MultiheadAttention: is_causal=True says that attn_mask is causal, but none "
            f"came. {TRIANGLE}",
        ),
        (
            lambda: nn.MultiheadAttention(3, 1)(X, X, X, attn_mask=lp.zeros(2, 4)),
            "MultiheadAttention: attn_mask must have shape (4, 4) or (2, 4, 4), but came "
            "with (2, 4).",
        ),
        (
            lambda: nn.MultiheadAttention(3, 1)(X, X, X, lp.zeros(4, 2)),
            "MultiheadAttention: key_padding_mask must have shape (2, 4), but came with "
            "(4, 2).",
        ),
        (
            lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"),
            "TransformerEncoderLayer: activation must be 'relu', 'gelu' or a function, but "
            "'tanh' came.",
        ),
    ],
)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match=":") as error:
        call()
    assert str(error.value) == sentence


def test_a_mask_of_whole_numbers():
    with pytest.raises(TypeError) as error:
        nn.MultiheadAttention(3, 1)(X, X, X, attn_mask=lp.zeros(4, 4).long())
    assert str(error.value) == (
        "MultiheadAttention: attn_mask must hold booleans or floats, but its dtype is int64."
    )


@pytest.mark.parametrize(
    ("layer", "args", "option"),
    [
        ("LSTM", (3, 5), {"proj_size": 2}),
        ("GRU", (3, 5), {"device": "meta"}),
        ("MultiheadAttention", (4, 2), {"add_bias_kv": True}),
        ("MultiheadAttention", (4, 2), {"add_zero_attn": True}),
        ("TransformerEncoderLayer", (4, 2), {"dtype": np.float64}),
    ],
)
def test_what_is_not_supported(layer, args, option):
    with pytest.raises(NotImplementedError) as error:
        getattr(nn, layer)(*args, **option)
    ((name, value),) = option.items()
    assert str(error.value) == (
        f"{layer}: {name}={value!r} is not supported here; use torch.nn.{layer}"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (
            (1, 0),
            "hidden_size=0 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            (1, -2),
            "hidden_size=-2 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            (1, 2.5),
            "hidden_size=2.5 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            (1, 2, 0),
            "num_layers=0 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            (1, 2, True),
            "num_layers=True must be a whole number, 1 or more. Give such a number.",
        ),
    ],
)
def test_sizes_that_make_no_network(kind, args, sentence):
    with pytest.raises(ValueError, match=kind) as error:
        getattr(nn, kind)(*args)
    assert str(error.value) == f"{kind}: {sentence}"


@pytest.mark.parametrize(("hx", "what"), [((None, None), "NoneType"), (3, "int")])
def test_what_is_no_state(hx, what):
    with pytest.raises(TypeError) as error:
        nn.LSTM(3, 5)(lp.zeros(4, 2, 3), hx)
    assert str(error.value) == (
        f"LSTM: hx must hold tensors, but {what} came. Leave hx out to start from zeros."
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dropout", [2.0, -0.1, "0.5", True, float("nan")])
def test_dropout_that_is_no_share(kind, dropout):
    with pytest.raises(ValueError, match=kind) as error:
        getattr(nn, kind)(1, 2, 2, dropout=dropout)
    assert str(error.value) == (
        f"{kind}: dropout={dropout!r} must be a number from 0 to 1, the chance to drop an "
        "entry. Give such a number."
    )


def test_sizes_may_be_numpys():
    layer = nn.GRU(3, np.int64(5), np.int32(2), dropout=np.float32(1))
    assert layer(lp.zeros(4, 2, 3))[0].shape == (4, 2, 5)
