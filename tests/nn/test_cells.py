"""RNNCell, LSTMCell, GRUCell: what parity with torch leaves open."""

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg import nn
from lessons_pkg.autograd import gradcheck

KINDS = "RNN", "LSTM", "GRU"


@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_is_the_whole_sequence(kind):
    """With the weights of a layer, value and gradient."""
    lp.manual_seed(0)
    layer, cell = getattr(nn, kind)(3, 5), getattr(nn, f"{kind}Cell")(3, 5)
    cell.load_state_dict(
        {k.removesuffix("_l0"): v for k, v in layer.state_dict().items()}
    )
    x = lp.randn(6, 2, 3)
    output, _ = layer(x)
    hx, steps = None, []
    for t in range(6):
        hx = cell(x[t], hx)
        steps.append(hx[0] if kind == "LSTM" else hx)
    np.testing.assert_allclose(lp.stack(steps).detach(), output.detach(), atol=1e-6)
    (lp.stack(steps) ** 2).sum().backward()
    (output**2).sum().backward()
    for a, b in zip(cell.parameters(), layer.parameters(), strict=True):
        np.testing.assert_allclose(a.grad.array, b.grad.array, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_gradcheck(kind):
    cell = getattr(nn, f"{kind}Cell")(2, 3).double()
    x = lp.randn(2, 2, dtype=np.float64, requires_grad=True)
    states = [lp.randn(2, 3, dtype=np.float64, requires_grad=True) for _ in range(2)]

    def twice(x, h, c, *weights):
        hx = cell(x, (h, c) if kind == "LSTM" else h)
        return cell(x * 2, hx)

    states = states if kind == "LSTM" else [states[0], lp.zeros(1)]
    assert gradcheck(twice, [x, *states, *cell.parameters()])


@pytest.mark.parametrize("kind", KINDS)
def test_weights_start_uniform(kind):
    lp.manual_seed(0)
    for p in getattr(nn, f"{kind}Cell")(30, 100).parameters():
        w = p.array.ravel()  # within 1 / sqrt(100) = 0.1; std 0.1 / sqrt(3)
        assert abs(w).max() <= 0.1 < abs(w).max() * 1.05
        np.testing.assert_allclose(w.std(), 0.1 / 3**0.5, rtol=0.15)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"bias": False}])
def test_it_looks_as_in_torch(kind, options):
    args = (f"{kind}Cell", (3, 5), options)
    ours, theirs = (getattr(e.nn, args[0])(*args[1], **args[2]) for e in (lp, torch))
    assert repr(ours) == repr(theirs)


def test_relu_is_shown():
    ours, theirs = (e.nn.RNNCell(3, 5, nonlinearity="relu") for e in (lp, torch))
    assert repr(ours) == repr(theirs)


def test_nothing_is_recorded_where_nothing_shall_be():
    with lp.no_grad():
        h, c = nn.LSTMCell(3, 5)(lp.zeros(3))
    assert (h.requires_grad, c.requires_grad) == (False, False)


# Error sentences

X = lp.zeros(2, 3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: nn.GRUCell(5, 7)(X),
            "GRUCell: the input must have 1 or 2 axes, the last one of input_size=5 "
            "entries, but came with shape (2, 3). One step of a sequence (T, N, ...) is "
            "input[t].",
        ),
        (
            lambda: nn.GRUCell(3, 7)(X[None]),
            "GRUCell: the input must have 1 or 2 axes, the last one of input_size=3 "
            "entries, but came with shape (1, 2, 3). One step of a sequence (T, N, ...) is "
            "input[t].",
        ),
        (
            lambda: nn.GRUCell(3, 7)(X, lp.zeros(7)),
            "GRUCell: hx must hold 1 of shape (2, 7), but the shapes (7,) came.",
        ),
        (
            lambda: nn.LSTMCell(3, 7)(X, (lp.zeros(2, 7), lp.zeros(1, 7))),
            "LSTMCell: hx must hold 2 of shape (2, 7), but the shapes (2, 7), (1, 7) came.",
        ),
        (
            lambda: nn.LSTMCell(3, 7)(X, lp.zeros(2, 7)),
            "LSTMCell: hx must hold 2 of shape (2, 7), but the shapes (2, 7) came.",
        ),
        (
            lambda: nn.GRUCell(3, 7)(X, (lp.zeros(2, 7), lp.zeros(2, 7))),
            "GRUCell: hx must hold 1 of shape (2, 7), but the shapes (2, 7), (2, 7) came.",
        ),
        (
            lambda: nn.RNNCell(3, 7, nonlinearity="sigmoid"),
            "RNNCell: nonlinearity must be 'tanh' or 'relu', but 'sigmoid' came.",
        ),
    ],
)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match="Cell: ") as error:
        call()
    assert str(error.value) == sentence


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_supported(kind):
    with pytest.raises(NotImplementedError) as error:
        getattr(nn, f"{kind}Cell")(3, 5, dtype=np.float64)
    assert str(error.value) == (
        f"{kind}Cell: dtype={np.float64!r} is not supported here; use torch.nn.{kind}Cell"
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
    ],
)
def test_sizes_that_make_no_cell(kind, args, sentence):
    with pytest.raises(ValueError, match=kind) as error:
        getattr(nn, f"{kind}Cell")(*args)
    assert str(error.value) == f"{kind}Cell: {sentence}"


@pytest.mark.parametrize(("hx", "what"), [((None, None), "NoneType"), (3, "int")])
def test_what_is_no_state(hx, what):
    with pytest.raises(TypeError) as error:
        nn.LSTMCell(3, 5)(lp.zeros(2, 3), hx)
    assert str(error.value) == (
        f"LSTMCell: hx must hold tensors, but {what} came. Leave hx out to start from zeros."
    )
