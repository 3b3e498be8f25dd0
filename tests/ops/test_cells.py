"""One step at a time: the same numbers as over whole sequences, and as torch's."""

import numpy as np
import pytest

from lessons_pkg import ops

from .check import check_gradients, random

N, IN, H = 3, 5, 2
CELLS = {"rnn": 1, "lstm": 4, "gru": 3}  # how many gates


def inputs_of(name, batch=(N,), bias=True, scale=1.0):
    rows = CELLS[name] * H
    shapes = [(*batch, IN), (*batch, H)] + [(*batch, H)] * (name == "lstm")
    shapes += [(rows, IN), (rows, H)] + [(rows,)] * (2 * bias)
    return [random(*shape, seed=i, scale=scale) for i, shape in enumerate(shapes)]


def run(name, *inputs, **options):
    return getattr(ops, f"{name}_cell")(*inputs, **options)


def back(name, dy, cache, *needs):
    return getattr(ops, f"{name}_cell_backward")(dy, cache, *needs)


def test_rnn_cell_by_hand():
    weights = [np.array([[w]]) for w in (2.0, 3.0)]
    x, h = np.array([[2.0]]), np.array([[1.0]])
    y, cache = ops.rnn_cell(x, h, *weights, np.ones(1), -np.ones(1), "relu")
    np.testing.assert_array_equal(y, [[7]])  # 2*2 + 1 + 3*1 - 1
    gradients = [d.item() for d in ops.rnn_cell_backward(np.ones((1, 1)), cache)]
    assert gradients == [2, 3, 2, 1, 1, 1]  # the weights, what they multiply, and 1


def test_lstm_cell_by_hand():
    # All weights 0: i = f = o = 1/2 and g = 0, so c' = c / 2 and h' = tanh(c') / 2.
    zeros = np.zeros((4, 1)), np.zeros((4, 1))
    (h, c), cache = ops.lstm_cell(np.ones(1), np.zeros(1), np.array([4.0]), *zeros)
    np.testing.assert_allclose([*h, *c], [np.tanh(2) / 2, 2], rtol=1e-15)
    _, _, dc, *_ = ops.lstm_cell_backward((None, np.ones(1)), cache)
    np.testing.assert_array_equal(dc, [0.5])  # f


def test_gru_cell_by_hand():
    # All weights 0: z = 1/2 and n = 0, so half of the old state is left.
    zeros = np.zeros((3, 1)), np.zeros((3, 1))
    y, cache = ops.gru_cell(np.ones(1), np.array([4.0]), *zeros)
    np.testing.assert_array_equal(y, [2])
    _, dh, *_ = ops.gru_cell_backward(np.ones(1), cache)
    np.testing.assert_array_equal(dh, [0.5])


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (N,)])
def test_gradient(name, bias, batch):
    inputs = inputs_of(name, batch, bias)

    def forward(*inputs):
        outputs, cache = run(name, *inputs)
        return (np.stack(outputs) if name == "lstm" else outputs), cache

    def backward(dy, cache):
        return back(name, tuple(dy) if name == "lstm" else dy, cache)[: len(inputs)]

    check_gradients(forward, backward, *inputs)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_a_sequence_of_one_step(name):
    x, *rest = inputs_of(name)
    outputs, cache = run(name, x, *rest)
    (_, *last), long_cache = getattr(ops, name)(x[None], *rest)
    outputs = outputs if name == "lstm" else (outputs,)
    np.testing.assert_allclose(outputs, last, rtol=1e-13)
    dy = tuple(random(N, H, seed=8 + k) for k in range(len(outputs)))
    got = back(name, dy if name == "lstm" else dy[0], cache)
    expected = getattr(ops, f"{name}_backward")((None, *dy), long_cache)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b.reshape(a.shape), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", CELLS)
def test_one_sequence_needs_no_axis(name):
    x, *rest = inputs_of(name)
    n_states = 2 if name == "lstm" else 1
    whole = np.asarray(run(name, x, *rest)[0])
    alone = [a[1] for a in (x, *rest[:n_states])]
    np.testing.assert_allclose(
        np.asarray(run(name, *alone, *rest[n_states:])[0]), whole[..., 1, :], rtol=1e-13
    )


@pytest.mark.parametrize("name", CELLS)
def test_only_what_is_needed_is_computed(name):
    inputs = inputs_of(name)
    outputs, cache = run(name, *inputs)
    everything = back(name, outputs, cache)
    for i in range(len(inputs)):
        needs = tuple(j == i for j in range(len(inputs)))
        some = back(name, outputs, cache, needs)
        np.testing.assert_array_equal(some[i], everything[i])
        spared = set(range(len(inputs))) - {i, 2 if name == "lstm" else i}
        assert all(some[j] is None for j in spared)


@pytest.mark.parametrize("name", CELLS)
def test_float32_is_kept(name):
    inputs = [x.astype(np.float32) for x in inputs_of(name)]
    outputs, cache = run(name, *inputs)
    gradients = back(name, outputs, cache)
    found = outputs if name == "lstm" else (outputs,)
    assert {a.dtype for a in (*found, *gradients)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", CELLS)
def test_large_sums_do_not_overflow(name):
    outputs, cache = run(name, *inputs_of(name, scale=1e4))
    gradients = back(name, outputs, cache)
    assert all(np.isfinite(a).all() for a in (np.asarray(outputs), *gradients))


@pytest.mark.parametrize("name", CELLS)
def test_inputs_are_left_alone(name):
    inputs = inputs_of(name)
    for array in inputs:
        array.setflags(write=False)
    outputs, cache = run(name, *inputs)
    for array in np.atleast_3d(outputs):
        array.setflags(write=False)
    first = [g.copy() for g in back(name, outputs, cache)]
    for a, b in zip(first, back(name, outputs, cache), strict=True):
        np.testing.assert_array_equal(a, b)


# Error sentences


@pytest.mark.parametrize(
    ("i", "shape", "sentence"),
    [
        (
            0,
            (2, 3, 5),
            "gru_cell: x must have shape (N, in), or (in,), but came with shape (2, 3, 5). "
            "One step of a sequence (T, N, in) is x[t].",
        ),
        (
            1,
            (2,),  # would be broadcast in silence
            "gru_cell: h must have shape (3, 2) to go with x (3, 5) and a state of 2 "
            "numbers, but came with shape (2,).",
        ),
        (
            2,
            (8, 5),  # the weights of an LSTM
            "gru_cell: weight_ih must have shape (6, 5) to go with x (3, 5) and a state of "
            "2 numbers, but came with shape (8, 5).",
        ),
    ],
)
def test_shapes_that_do_not_fit(i, shape, sentence):
    inputs = inputs_of("gru")
    inputs[i] = np.zeros(shape)
    with pytest.raises(ValueError, match="gru_cell") as error:
        ops.gru_cell(*inputs)
    assert str(error.value) == sentence


@pytest.mark.parametrize("name", CELLS)
def test_dtypes_that_differ(name):
    x, *rest = inputs_of(name)
    with pytest.raises(TypeError) as error:
        run(name, x.astype(np.float32), *rest)
    assert str(error.value) == (
        f"{name}_cell: weight_ih has dtype float64, but x has float32. Convert one."
    )


def test_nonlinearity_of_another_name():
    with pytest.raises(ValueError, match="rnn_cell") as error:
        ops.rnn_cell(*inputs_of("rnn"), nonlinearity="sigmoid")
    assert str(error.value) == (
        "rnn_cell: nonlinearity must be 'tanh' or 'relu', but 'sigmoid' came."
    )
