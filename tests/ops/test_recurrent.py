import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import ops

from .check import check_gradients, random
from .generated import quick

T, N, IN, H = 4, 3, 5, 2
CELLS = {"rnn": 1, "lstm": 4, "gru": 3}  # how many gates


def inputs_of(name, T=T, N=N, n_in=IN, H=H, bias=True, scale=1.0):
    rows = CELLS[name] * H
    shapes = [(T, N, n_in), (N, H)] + [(N, H)] * (name == "lstm")
    shapes += [(rows, n_in), (rows, H)] + [(rows,)] * (2 * bias)
    return [random(*shape, seed=i, scale=scale) for i, shape in enumerate(shapes)]


def run(name, *inputs, **options):
    return getattr(ops, name)(*inputs, **options)


def back(name, dy, cache, *needs):
    return getattr(ops, f"{name}_backward")(dy, cache, *needs)


def test_rnn_by_hand():
    x, h0 = np.array([1.0, 2.0]).reshape(2, 1, 1), np.zeros((1, 1))
    weights = np.full((1, 1), 2.0), np.full((1, 1), 3.0), np.ones(1), np.full(1, -2.0)
    (output, h_n), cache = ops.rnn(x, h0, *weights, nonlinearity="relu")
    # h1 = 2*1 + 1 + 3*0 - 2 = 1, h2 = 2*2 + 1 + 3*1 - 2 = 6.
    np.testing.assert_array_equal(output.ravel(), [1, 6])
    np.testing.assert_array_equal(h_n, [[6]])

    gradients = ops.rnn_backward((np.ones((2, 1, 1)), None), cache)
    # dh2 = 1, so dh1 = 1 + 3 * 1 = 4. dx = 2 * (4, 1), dh0 = 3 * 4, dW_ih = 4*1 + 1*2,
    # dW_hh = 4*0 + 1*1, db = 4 + 1.
    for got, expected in zip(
        gradients, [[8, 2], [12], [6], [1], [5], [5]], strict=True
    ):
        np.testing.assert_array_equal(got.ravel(), expected)


def test_lstm_by_hand():
    # With weights and biases of 0 the gates i, f, o are 1/2 and g is 0:
    # c1 = 4/2 + 0/2 = 2, c2 = 1, and h = tanh(c) / 2.
    zeros = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4), np.zeros(4)
    states = np.zeros((1, 1)), np.full((1, 1), 4.0)
    (output, h_n, c_n), _ = ops.lstm(np.ones((2, 1, 1)), *states, *zeros)
    np.testing.assert_allclose(output.ravel(), np.tanh([2, 1]) / 2, rtol=1e-15)
    np.testing.assert_allclose([*h_n, *c_n], [[np.tanh(1) / 2], [1]], rtol=1e-15)

    # One step back: dc = o * (1 - tanh(c)^2), and dc0 = f * dc. At the sums of i, f, g, o
    # come dc*g = 0, dc*c0 / 4 = dc, dc*i = dc/2, tanh(c) / 4.
    _, cache = ops.lstm(np.ones((1, 1, 1)), *states, *zeros)
    _, _, dc0, *_, dbias = ops.lstm_backward((None, np.ones((1, 1)), None), cache)
    dc = (1 - np.tanh(2) ** 2) / 2
    np.testing.assert_allclose(dc0, [[dc / 2]], rtol=1e-14)
    np.testing.assert_allclose(dbias, [0, dc, dc / 2, np.tanh(2) / 4], rtol=1e-14)


def test_gru_by_hand():
    # Weights of 0 make r = z = 1/2; the bias 2 of n's second sum makes n = tanh(2 * 1/2).
    # h1 = n / 2 + 4 / 2.
    weights = np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(3), np.array([0.0, 0.0, 2.0])
    (output, _), cache = ops.gru(np.ones((1, 1, 1)), np.full((1, 1), 4.0), *weights)
    n = np.tanh(1)
    np.testing.assert_allclose(output.ravel(), [n / 2 + 2], rtol=1e-15)

    _, dh0, *_, dbias_ih, dbias_hh = ops.gru_backward((None, np.ones((1, 1))), cache)
    dn = (1 - n**2) / 2  # at the sum under n; through r comes dn * 2 * 1/4
    np.testing.assert_allclose(dh0, [[0.5]], rtol=1e-15)
    np.testing.assert_allclose(dbias_ih, [dn / 2, (4 - n) / 4, dn], rtol=1e-14)
    np.testing.assert_allclose(dbias_hh, [dn / 2, (4 - n) / 4, dn / 2], rtol=1e-14)


def check_all_gradients(name, inputs, **options):
    """Check the backward of all outputs together, as one flat array."""

    def forward(*inputs):
        outputs, cache = run(name, *inputs, **options)
        flat = np.concatenate([y.ravel() for y in outputs])
        return flat, ([y.shape for y in outputs], cache)

    def backward(dy, cache):
        shapes, cache = cache
        ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
        dys = [d.reshape(s) for d, s in zip(np.split(dy, ends), shapes, strict=True)]
        return back(name, tuple(dys), cache)[: len(inputs)]

    check_gradients(forward, backward, *inputs)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("bias", [True, False])
def test_gradient(name, bias):
    check_all_gradients(name, inputs_of(name, T=3, N=2, n_in=2, bias=bias))


# Masks


def test_a_skipped_step_by_hand():
    x, h0 = np.array([1.0, 9.0, 2.0]).reshape(3, 1, 1), np.zeros((1, 1))
    weights = np.full((1, 1), 2.0), np.full((1, 1), 3.0)
    mask = np.array([[True], [False], [True]])
    (output, h_n), cache = ops.rnn(x, h0, *weights, nonlinearity="relu", mask=mask)
    # h1 = 2*1 + 3*0 = 2, h2 = h1 whatever x2 is, h3 = 2*2 + 3*2 = 10.
    np.testing.assert_array_equal(output.ravel(), [2, 2, 10])
    np.testing.assert_array_equal(h_n, [[10]])

    gradients = ops.rnn_backward((np.ones((3, 1, 1)), None), cache)
    # dh3 = 1; dh2 = 1 + 3*1 = 4, which passes by; dh1 = 1 + 4 = 5.
    # dx = 2 * (5, 0, 1), dh0 = 3*5, dW_ih = 5*1 + 1*2, dW_hh = 5*0 + 1*2.
    expected = [10, 0, 2], [15], [7], [2]
    for got, numbers in zip(gradients[:4], expected, strict=True):
        np.testing.assert_array_equal(got.ravel(), numbers)


@pytest.mark.parametrize("name", CELLS)
def test_gradient_with_a_mask(name):
    mask = np.array([[True, False], [False, True], [True, True], [True, False]])
    check_all_gradients(name, inputs_of(name, T=4, N=2, n_in=2), mask=mask)


@pytest.mark.parametrize("name", CELLS)
@quick
@given(
    st.lists(st.lists(st.booleans(), min_size=T, max_size=T), min_size=N, max_size=N)
)
def test_skipping_a_step_is_as_if_it_were_not_there(name, rows):
    """Value and gradient, sequence by sequence, whichever steps are skipped."""
    mask, (x, *rest) = np.array(rows).T, inputs_of(name)
    n_states = 2 if name == "lstm" else 1
    states, weights = rest[:n_states], rest[n_states:]
    (output, *last), cache = run(name, x, *rest, mask=mask)
    dy = [random(*y.shape, seed=20 + k) for k, y in enumerate((output, *last))]
    dy[0][~mask] = 0
    dx, *dstates = back(name, tuple(dy), cache)[: 1 + n_states]
    for n, there in enumerate(mask.T):
        if not there.any():
            for h, h0, d, dh in zip(last, states, dstates, dy[1:], strict=True):
                np.testing.assert_array_equal([h[n], d[n]], [h0[n], dh[n]])
            continue
        alone = [x[there, n : n + 1], *(h[n : n + 1] for h in states)]
        (short, *end), cache = run(name, *alone, *weights)
        np.testing.assert_allclose(output[there, n : n + 1], short, rtol=1e-12)
        np.testing.assert_allclose(
            [h[n] for h in last], [h[0] for h in end], rtol=1e-12
        )
        cut = dy[0][there, n : n + 1], *(d[n : n + 1] for d in dy[1:])
        expected = back(name, cut, cache)
        np.testing.assert_allclose(dx[there, n : n + 1], expected[0], rtol=1e-9)
        for d, e in zip(dstates, expected[1:], strict=False):
            np.testing.assert_allclose(d[n : n + 1], e, rtol=1e-9)
    np.testing.assert_array_equal(dx[~mask], 0)


@pytest.mark.parametrize("name", CELLS)
def test_a_skipped_step_holds_the_state_to_the_last_digit(name):
    inputs = [x.astype(np.float32) for x in inputs_of(name, T=50)]
    mask = np.arange(50)[:, None] < [50, 7, 0]
    (output, *last), _ = run(name, *inputs, mask=mask)
    np.testing.assert_array_equal(output[7:, 1], np.tile(output[6, 1], (43, 1)))
    for h, h0 in zip(last, inputs[1:], strict=False):
        np.testing.assert_array_equal(h[2], h0[2])


@pytest.mark.parametrize("name", CELLS)
def test_what_stands_at_a_skipped_step_does_no_harm(name):
    x, *rest = inputs_of(name)
    mask = np.arange(T)[:, None] < [4, 2, 0]
    outputs, cache = run(name, np.where(mask[..., None], x, 0), *rest, mask=mask)
    expected = (*outputs, *back(name, outputs, cache))
    for value in (np.nan, np.inf, 1e300):
        outputs, cache = run(
            name, np.where(mask[..., None], x, value), *rest, mask=mask
        )
        got = (*outputs, *back(name, outputs, cache))
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", CELLS)
def test_a_mask_of_nothing_but_true_changes_nothing(name):
    inputs = inputs_of(name)
    plain, cache = run(name, *inputs)
    masked, same = run(name, *inputs, mask=np.ones((T, N), bool))
    for a, b in zip(
        (*masked, *back(name, masked, same)),
        (*plain, *back(name, plain, cache)),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", CELLS)
def test_a_mask_of_nothing_but_false(name):
    inputs = inputs_of(name)
    (output, *last), cache = run(name, *inputs, mask=np.zeros((T, N), bool))
    np.testing.assert_array_equal(output, np.broadcast_to(inputs[1], (T, N, H)))
    ones = np.ones_like(output), *map(np.ones_like, last)
    dx, dh0, *others = back(name, ones, cache)
    np.testing.assert_array_equal(dh0, np.full((N, H), T + 1))  # T outputs, and h_n
    dweights = others[1:] if name == "lstm" else others
    for d in (dx, *dweights):
        np.testing.assert_array_equal(d, 0)


# Properties


@pytest.mark.parametrize("name", CELLS)
def test_a_sequence_can_be_cut_in_two(name):
    x, *rest = inputs_of(name)
    n_states = 2 if name == "lstm" else 1
    (output, *last), _ = run(name, x, *rest)
    (first, *middle), _ = run(name, x[:1], *rest)
    (second, *end), _ = run(name, x[1:], *middle, *rest[n_states:])
    np.testing.assert_allclose(np.concatenate([first, second]), output, rtol=1e-13)
    np.testing.assert_allclose(end, last, rtol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_sequences_do_not_see_each_other(name):
    x, *rest = inputs_of(name)
    n_states = 2 if name == "lstm" else 1
    states, weights = rest[:n_states], rest[n_states:]
    (output, *_), _ = run(name, x, *rest)
    (alone, *_), _ = run(name, x[:, 1:2], *(h[1:2] for h in states), *weights)
    np.testing.assert_allclose(alone, output[:, 1:2], rtol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_an_output_without_gradient_is_one_with_zeros(name):
    outputs, cache = run(name, *inputs_of(name))
    for used in range(len(outputs)):
        zeros = [np.zeros_like(y) for y in outputs]
        zeros[used] += 1
        nones = [y if i == used else None for i, y in enumerate(zeros)]
        expected = back(name, tuple(zeros), cache)
        for a, b in zip(back(name, tuple(nones), cache), expected, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", CELLS)
def test_only_what_is_needed_is_computed(name):
    inputs = inputs_of(name)
    outputs, cache = run(name, *inputs)
    everything = back(name, outputs, cache)
    for i in [0, *range(len(inputs) - 4, len(inputs))]:  # the states are never spared
        needs = tuple(j == i for j in range(len(inputs)))
        some = back(name, outputs, cache, needs)
        np.testing.assert_array_equal(some[i], everything[i])
        for j in {0, *range(len(inputs) - 4, len(inputs))} - {i}:
            assert some[j] is None


@pytest.mark.parametrize("name", CELLS)
def test_the_two_biases_have_gradients_of_their_own(name):
    outputs, cache = run(name, *inputs_of(name))
    *_, dbias_ih, dbias_hh = back(name, outputs, cache)
    assert not np.shares_memory(dbias_ih, dbias_hh)


def test_an_open_forget_gate_keeps_the_memory():
    x, h0, c0, *weights = inputs_of("lstm", T=1000)
    weights[2] = np.repeat([-1e4, 1e4, 0, 0], H)  # i = 0, f = 1
    (_, _, c_n), cache = ops.lstm(x, h0, c0, *weights)
    np.testing.assert_array_equal(c_n, c0)
    _, _, dc0, *_ = ops.lstm_backward((None, None, np.ones_like(c0)), cache)
    np.testing.assert_array_equal(dc0, np.ones_like(c0))


# Numerics


@pytest.mark.parametrize("name", CELLS)
def test_float32_is_kept(name):
    inputs = [x.astype(np.float32) for x in inputs_of(name)]
    outputs, cache = run(name, *inputs)
    exact, _ = run(name, *(x.astype(np.float64) for x in inputs))
    gradients = back(name, outputs, cache)
    assert {a.dtype for a in (*outputs, *gradients)} == {np.dtype(np.float32)}
    for a, b in zip(outputs, exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_large_sums_do_not_overflow(name):
    outputs, cache = run(name, *inputs_of(name, scale=1e4))
    gradients = back(name, tuple(np.ones_like(y) for y in outputs), cache)
    assert all(np.isfinite(a).all() for a in (*outputs, *gradients))


@pytest.mark.parametrize("name", CELLS)
def test_inputs_are_left_alone(name):
    inputs = inputs_of(name)
    for array in inputs:
        array.setflags(write=False)
    outputs, cache = run(name, *inputs)
    dy = tuple(random(*y.shape, seed=9) for y in outputs)
    for array in dy:
        array.setflags(write=False)
    first = [g.copy() for g in back(name, dy, cache)]
    for a, b in zip(first, back(name, dy, cache), strict=True):
        np.testing.assert_array_equal(a, b)


# Error sentences


@pytest.mark.parametrize(
    ("i", "shape", "sentence"),
    [
        (
            0,
            (3, 5),
            "gru: x must have shape (T, N, in) with one step or more, but came with shape "
            "(3, 5). One sequence (T, in) is x[:, None].",
        ),
        (
            0,
            (0, 3, 5),
            "gru: x must have shape (T, N, in) with one step or more, but came with shape "
            "(0, 3, 5). One sequence (T, in) is x[:, None].",
        ),
        (
            1,
            (1, 2),  # would be broadcast in silence
            "gru: h0 must have shape (3, 2) to go with x (4, 3, 5) and a state of 2 "
            "numbers, but came with shape (1, 2).",
        ),
        (
            2,
            (8, 5),  # the weights of an LSTM
            "gru: weight_ih must have shape (6, 5) to go with x (4, 3, 5) and a state of 2 "
            "numbers, but came with shape (8, 5).",
        ),
        (
            5,
            (2,),
            "gru: bias_hh must have shape (6,) to go with x (4, 3, 5) and a state of 2 "
            "numbers, but came with shape (2,).",
        ),
    ],
)
def test_shapes_that_do_not_fit(i, shape, sentence):
    inputs = inputs_of("gru")
    inputs[i] = np.zeros(shape)
    with pytest.raises(ValueError, match="gru") as error:
        ops.gru(*inputs)
    assert str(error.value) == sentence


@pytest.mark.parametrize("name", CELLS)
def test_dtypes_that_differ(name):
    x, *rest = inputs_of(name)
    with pytest.raises(TypeError) as error:
        run(name, x.astype(np.float32), *rest)
    assert str(error.value) == (
        f"{name}: weight_ih has dtype float64, but x has float32. Convert one."
    )


def test_nonlinearity_of_another_name():
    with pytest.raises(ValueError, match="rnn") as error:
        ops.rnn(*inputs_of("rnn"), nonlinearity="sigmoid")
    assert str(error.value) == (
        "rnn: nonlinearity must be 'tanh' or 'relu', but 'sigmoid' came."
    )


@pytest.mark.parametrize("name", CELLS)
def test_a_mask_of_another_shape(name):
    with pytest.raises(ValueError, match=name) as error:
        run(name, *inputs_of(name), mask=np.ones((N, T), bool))
    assert str(error.value) == (
        f"{name}: mask must have shape (4, 3), that of the steps and sequences of x "
        f"(4, 3, 5), but came with shape (3, 4)."
    )


@pytest.mark.parametrize("name", CELLS)
def test_a_mask_of_numbers(name):
    with pytest.raises(TypeError) as error:
        run(name, *inputs_of(name), mask=np.ones((T, N)))
    assert str(error.value) == (
        f"{name}: mask must hold booleans, True where a step counts, but its dtype is "
        f"float64. Of numbers make it with mask != 0."
    )
