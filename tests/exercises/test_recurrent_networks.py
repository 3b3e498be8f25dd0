"""The chapter's answers against torch and by hand; answers that learners could give."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_pkg.exercises import recurrent_networks as module
from lessons_pkg.exercises.recurrent_networks import half_and_add
from tests.exercises.helpers import Chapter, numbers

CHAPTER = Chapter("recurrent_networks")
ex, given, mended, spoilt = CHAPTER.ex, CHAPTER.given, CHAPTER.mended, CHAPTER.spoilt
RNN, LOSS, ROWS = "run_rnn", "next_token_loss", "rows_that_go_on"
PIECES, BACK, LEAK = "read_pieces", "back_through_time", "leaking_windows"
WARM, SHAPES = "temperature", "two_numbers"


def wrong(name, misconception):
    return ex(name).misconceptions[misconception].wrong


# ------------------------------------------------ the numbers of the by-hand exercises

X = np.array([1.0, -1.0, 2.0])
W_X, W_H = np.array([3.0, -1.0]), np.array([[1.0, -1.0], [-2.0, 3.0]])
B = np.array([-1.0, 2.0])


def relu(a):
    return np.maximum(a, 0)


def step(x, h, w_h=W_H, b=B):
    return relu(W_X * x + w_h @ h + b)


def states(xs=X, start=(0.0, 0.0), step=step, **changes):
    h, found = np.array(start), []
    for x in xs:
        h = step(x, h, **changes)
        found.append(h)
    return np.array(found)


def unfinished(x, h):
    """The second entry reads the new first one."""
    first = step(x, h)[0]
    return np.array([first, step(x, np.array([first, h[1]]))[1]])


RIGHT_STATES = states()
BEFORE = np.vstack([[0, 0], RIGHT_STATES])
NO_RELU = states(step=lambda x, h: W_X * x + W_H @ h + B)
THREE_STEPS = {
    "state_not_carried": [step(x, [0, 0]) for x in X],
    "matrix_transposed": states(w_h=W_H.T),
    "one_after_another": states(step=unfinished),
    "no_relu": NO_RELU,
    "relu_at_the_end": relu(NO_RELU),
    "before_relu": [W_X * x + W_H @ h + B for x, h in zip(X, BEFORE, strict=False)],
    "relu_of_the_state_only": states(step=lambda x, h: W_X * x + relu(W_H @ h) + B),
    "bias_forgotten": states(b=0 * B),
    "bias_once": [RIGHT_STATES[0], *states(X[1:], RIGHT_STATES[0], b=0 * B)],
    "each_entry_by_itself": states(w_h=W_H * np.eye(2)),
    "input_once": states(X * [1, 0, 0]),
    "backwards": states(X[::-1]),
    "with_the_start": BEFORE[:3],
    "with_the_start_and_all": BEFORE,
    "last_state_only": RIGHT_STATES[-1],
}


def test_the_three_states():
    assert np.array_equal(RIGHT_STATES, ex("three_steps").answer)


def test_three_steps_are_those_of_torch():
    layer = torch.nn.RNN(1, 2, nonlinearity="relu")
    weights = W_X[:, None], W_H, B, 0 * B
    for parameter, value in zip(layer.parameters(), weights, strict=True):
        parameter.data = torch.tensor(value)
    assert layer(torch.tensor(X)[:, None])[0].tolist() == ex("three_steps").answer


def test_each_wrong_state_is_worked_out():
    assert set(THREE_STEPS) == set(ex("three_steps").misconceptions)


@pytest.mark.parametrize("name", THREE_STEPS)
def test_wrong_states_come_from_their_mistake(name):
    assert np.array_equal(THREE_STEPS[name], wrong("three_steps", name))


A, TWO = np.array([1 / 2, 1 / 8, 1 / 4, 1 / 4]), np.array([1 / 16, 1 / 16])
BOTH = np.concatenate([A, TWO])


def bits(p):
    return -np.log2(p)


def nats(p):
    return -np.log(p)


PERPLEXITIES = {
    "wrong_base_bits_back_with_e": (0, np.exp(bits(A).mean())),
    "wrong_base_nats_back_with_2": (0, 2 ** nats(A).mean()),
    "sum_in_place_of_mean": (0, np.exp(nats(A).sum())),
    "mean_of_the_exponentials": (0, np.exp(nats(A)).mean()),
    "mean_of_the_probabilities": (0, 1 / A.mean()),
    "mean_in_bits": (0, bits(A).mean()),
    "mean_in_nats": (0, nats(A).mean()),
    "sign": (0, np.exp(-nats(A).mean())),
    "bits_of_b": (1, bits(TWO).mean()),
    "sum_over_b": (1, 2 ** bits(TWO).sum()),
    "mean_of_perplexities": (2, (4 + 16) / 2),
    "weighted_mean_of_perplexities": (2, (4 * 4 + 2 * 16) / 6),
    "both_summed": (2, 2 ** bits(BOTH).sum()),
    "both_of_the_exponentials": (2, (1 / BOTH).mean()),
    "wrong_base_over_both": (2, np.exp(bits(BOTH).mean())),
    "one_in_27": (3, 1 / 27),
    "log_of_27": (3, nats(1 / 27)),
    "bits_of_27": (3, bits(1 / 27)),
}


def test_perplexities_are_right():
    found = [np.exp(nats(p).mean()) for p in (A, TWO, BOTH, np.full(5, 1 / 27))]
    np.testing.assert_allclose(found, module._DICE, rtol=1e-12)
    assert ex("perplexity").answer == [round(p, 2) for p in found]
    assert 2 ** ((bits(A).mean() + bits(TWO).mean()) / 2) == 8


def test_wrong_perplexities_come_from_their_mistake():
    entries = ex("perplexity").misconceptions
    assert set(entries) == set(PERPLEXITIES)
    for name, (i, number) in PERPLEXITIES.items():
        want = [*module._DICE[:i], number, *module._DICE[i + 1 :]]
        np.testing.assert_allclose(entries[name].wrong, want, rtol=1e-12, err_msg=name)


# ----------------------------------------------------------- the answers are right


def rnn_in_torch(x, begins, w_x, w_h, b, b_again=0.0):
    layer = torch.nn.RNN(w_x.shape[1], len(w_h))
    weights = (torch.tensor(w) for w in (w_x, w_h, b, b_again * b))
    for parameter, value in zip(layer.parameters(), weights, strict=True):
        parameter.data = value
    h, states = torch.zeros(1, x.shape[1], len(b), dtype=torch.float64), []
    for x_t, new in zip(torch.tensor(x), torch.tensor(begins), strict=True):
        output, h = layer(x_t[None], h.masked_fill(new[:, None], 0.0))
        states.append(output[0])
    return torch.stack(states)


def rnn_arguments(T=11, N=3):
    begins = np.random.default_rng(20).random((T, N)) < 0.3
    return (
        numbers(0, T, N, 2),
        begins,
        numbers(2, 5, 2),
        numbers(3, 5, 5),
        numbers(4, 5),
    )


def test_run_rnn_is_that_of_torch():
    arguments = rnn_arguments()
    want = rnn_in_torch(*arguments).detach().numpy()
    np.testing.assert_allclose(ex(RNN).answer(*arguments), want, atol=1e-12)


def test_a_text_does_not_know_what_came_before_it_in_its_row():
    x, begins, *weights = rnn_arguments()
    begins[4] = [True, False, False]
    other = x.copy()
    other[:4] += 1
    before, after = (ex(RNN).answer(a, begins, *weights) for a in (x, other))
    np.testing.assert_array_equal(before[4:, 0], after[4:, 0])
    assert not np.allclose(before[4, 1:], after[4, 1:])


def test_the_shapes_are_those_of_torch():
    layer = torch.nn.RNN(3, 5)
    shapes = ex(SHAPES).answer(3, 5, 2)
    assert shapes["W_x"] == tuple(layer.weight_ih_l0.shape)
    assert shapes["W_h"] == tuple(layer.weight_hh_l0.shape)
    assert shapes["b_h"] == tuple(layer.bias_hh_l0.shape)
    head = torch.nn.Linear(5, 2)
    assert shapes["W_y"] == tuple(head.weight.shape)
    assert shapes["b_y"] == tuple(head.bias.shape)


def loss_in_torch(logits, tokens):
    logits, tokens = torch.tensor(logits), torch.tensor(tokens)
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def test_next_token_loss_is_that_of_torch():
    logits = numbers(5, 7, 11, 5) * 3
    tokens = np.random.default_rng(6).integers(0, 5, (7, 11))
    want = loss_in_torch(logits, tokens).item()
    assert np.isclose(ex(LOSS).answer(logits, tokens), want, rtol=1e-12)


@pytest.mark.parametrize("temperature", [0.01, 0.5, 1.0, 20.0])
def test_temperature_is_that_of_torch(temperature):
    logits = numbers(7, 3, 5) * 10
    want = torch.softmax(torch.tensor(logits) / temperature, -1).numpy()
    got = ex(WARM).answer(logits, temperature)
    np.testing.assert_allclose(got, want, atol=1e-12)


@pytest.mark.parametrize("n", range(13, 40, 3))
def test_rows_go_on(n):
    x, y = ex(ROWS).answer(np.arange(n), 3, 4)
    assert len(x) == (n - 1) // 12
    assert x.shape == y.shape == (len(x), 3, 4)
    np.testing.assert_array_equal(y, x + 1)
    np.testing.assert_array_equal(x[1:, :, 0], y[:-1, :, -1])
    assert sorted(x.ravel()) == list(range(12 * len(x)))


def test_rows_that_go_on_are_those_of_the_package():
    from lessons_pkg.data import text_batches

    tokens = np.random.default_rng(8).integers(0, 50, 101)
    x, y = ex(ROWS).answer(tokens, 3, 7)
    want = list(text_batches(tokens, 3, 7))
    assert len(want) == len(x)
    for k, pair in enumerate(want):
        np.testing.assert_array_equal(pair, [x[k], y[k]])


def through_torch(h, w_h, up, k):
    """By autograd. The inputs' part a_t - W_h h_{t-1} is what makes the states h."""
    w = torch.tensor(w_h, requires_grad=True)
    rest = torch.tensor(np.arctanh(h[1:]) - h[:-1] @ w_h.T)
    state, loss = torch.tensor(h[0]), 0.0
    for t, (r, g) in enumerate(zip(rest, torch.tensor(up), strict=True)):
        state = state.detach() if t % k == 0 else state
        state = torch.tanh(r + w @ state)
        loss = loss + g @ state
    loss.backward()
    return w.grad


@pytest.mark.parametrize("k", [1, 2, 3, 7, 10])
def test_back_through_time_is_that_of_torch(k):
    h, w_h, up = np.tanh(numbers(9, 8, 3)), numbers(10, 3, 3), numbers(11, 7, 3)
    want = through_torch(h, w_h, up, k).numpy()
    np.testing.assert_allclose(ex(BACK).answer(h, w_h, up, k), want, atol=1e-12)


def test_the_windows_are_those_of_the_package():
    from lessons_pkg.data import windows

    x, n_in, cut = np.cumsum(numbers(12, 30)), 4, 20
    z = (x - x[:cut].mean()) / x[:cut].std()
    want = *windows(z, n_in, stop=cut), *windows(z, n_in, start=cut)
    got = ex(LEAK).answer(x, n_in, cut)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a.ravel(), b.ravel(), atol=1e-12)


def test_training_windows_do_not_see_the_future():
    x, n_in, cut = np.cumsum(numbers(13, 30)), 4, 20
    other = np.concatenate([x[:cut], 100 * x[cut:]])
    before, after = (ex(LEAK).answer(a, n_in, cut)[:2] for a in (x, other))
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    before, after = (given(LEAK)(a, n_in, cut)[:2] for a in (x, other))
    assert not np.allclose(before[0], after[0])


def test_read_pieces_in_order_reads_the_whole_text():
    tokens = list(range(12))
    whole = ex(PIECES).answer([("A", 0, tokens)], half_and_add, 3)
    pieces = [("A", k, tokens[3 * k : 3 * k + 3]) for k in range(4)]
    assert ex(PIECES).answer(pieces, half_and_add, 3)[-1] == whole[0]
    alone = [ex(PIECES).answer([p], half_and_add, 3)[0] for p in pieces[::-1]]
    assert ex(PIECES).answer(pieces[::-1], half_and_add, 3) == alone


# --------------------------------------------------- what the statements say is so


def test_what_two_numbers_says_of_numpy():
    h, w_h = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert np.ndim(w_h @ h) == 0
    assert (np.zeros(2) + w_h @ h).tolist() == [11, 11]
    assert (np.ones((1, 2)) @ h + np.zeros(2)).shape == (2,)
    assert sum(map(np.prod, ex(SHAPES).answer(1, 2, 1).values())) == 11


def test_what_the_statement_of_the_loss_gives():
    loss = ex(LOSS).answer(module._HALVES, np.array([[0, 1, 1]]))
    assert np.isclose(loss, (np.log(4) + np.log(2)) / 2)
    assert round(loss, 2) == 1.04


def test_what_the_table_of_the_rows_says():
    x, y = ex(ROWS).answer(np.arange(14), 2, 3)
    assert x.tolist() == [[[0, 1, 2], [6, 7, 8]], [[3, 4, 5], [9, 10, 11]]]
    assert 13 not in y
    assert y.max() == 12


def test_what_the_statement_of_the_pieces_says():
    pieces = [("A", 0, [4]), ("B", 0, [6]), ("A", 1, [1])]
    assert ex(PIECES).answer(pieces, half_and_add, 0) == [4, 6, 3]
    assert ex(PIECES).check(given(PIECES)).status == "not attempted"
    in_order = [("A", 0, [4, 2]), ("A", 1, [1])]
    want = ex(PIECES).answer(in_order, half_and_add, 0)
    assert given(PIECES)(in_order, half_and_add, 0) == want


def test_what_the_statement_of_the_way_back_says():
    *arguments, _ = ex(BACK).cases[0].args
    found = [ex(BACK).answer(*arguments, k).tolist() for k in (2, 1)]
    assert found == [[[6.75]], [[2.25]]]


def test_what_the_statement_of_the_windows_says():
    _, trained, _, tested = given(LEAK)(module._CLIMB, 2, 5)
    unscaled = trained * module._CLIMB.std() + module._CLIMB.mean()
    np.testing.assert_allclose(unscaled, module._CLIMB[2:7])
    np.testing.assert_array_equal(trained[3:], tested[:2])
    _, trained, _, tested = ex(LEAK).answer(module._CLIMB, 2, 5)
    assert (len(trained), len(tested)) == (3, 3)
    assert tested.min() > trained.max()  # the series climbs


@pytest.mark.parametrize("t", range(7))
def test_what_the_explanation_of_the_way_back_says(t):
    """The gradient of one output does not know the states of k or more steps ago."""
    h, w_h, up = np.tanh(numbers(9, 8, 3)), numbers(10, 3, 3), np.zeros((7, 3))
    up[t] = 1.0
    other = h.copy()
    other[: max(0, t + 1 - 3)] = 0.5
    found = [ex(BACK).answer(a, w_h, up, 3) for a in (h, other)]
    np.testing.assert_array_equal(*found)


def test_what_the_explanation_of_memory_says():
    for w_h, share, exponent in [(2.0, 1.0, -77), (1.1, 0.99, -6)]:
        w_x = 1.0 if w_h == 2 else 0.1
        assert module._share_remembered(w_x, w_h, 100) >= share
        assert round(module._exponent(w_x, w_h)) == exponent
    h = 1.0
    for _ in range(100):
        h = np.tanh(2 * h)
    assert round(h, 2) == 0.96
    assert round(1 - h**2, 2) == 0.08
    assert round(2 * (1 - h**2), 2) == 0.17


@pytest.mark.parametrize("w_h", [1.2, 2.0, 5.0])
def test_the_exponent_is_that_of_torch(w_h):
    first = torch.tanh(torch.tensor(1.0, dtype=torch.float64)).requires_grad_()
    h = first
    for _ in range(99):
        h = torch.tanh(w_h * h)
    h.backward()
    assert np.isclose(first.grad.log10().item(), module._exponent(1.0, w_h))


# ------------------------------------------------------------- answers of learners


def rnn_by_entries(x, begins, w_x, w_h, b):
    (T, N, _), H = x.shape, len(b)
    states = [[[0.0] * H for _ in range(N)] for _ in range(T)]
    for n in range(N):
        for t in range(T):
            known = t > 0 and not begins[t, n]
            before = states[t - 1][n] if known else [0.0] * H
            for i in range(H):
                a = b[i] + sum(w_x[i] * x[t, n])
                a += sum(w_h[i][j] * before[j] for j in range(H))
                states[t][n][i] = np.tanh(a)
    return states


def rnn_in_columns(x, begins, w_x, w_h, b):
    h = np.zeros((len(b), x.shape[1]))
    out = np.zeros((len(x), *h.T.shape))
    for t in range(len(x)):
        h = np.tanh(w_x @ x[t].T + w_h @ (h * (1 - begins[t])) + b[:, None])
        out[t] = h.T
    return out


def rnn_side_by_side(x, begins, w_x, w_h, b):
    weight, h, states = np.hstack([w_x, w_h]), np.zeros((x.shape[1], len(b))), []
    for t, x_t in enumerate(x):
        h = h.copy()
        h[begins[t]] = 0
        h = np.tanh(np.concatenate([x_t, h], axis=1) @ weight.T + b)
        states.append(h)
    return states


def loss_by_loops(logits, tokens):
    total, count = 0.0, 0
    for z, text in zip(logits, tokens, strict=True):
        for t in range(len(text) - 1):
            p = np.exp(z[t]) / sum(np.exp(z[t]))
            total, count = total - np.log(p[text[t + 1]]), count + 1
    return total / count


def loss_by_one_hot(logits, tokens):
    y = np.eye(logits.shape[-1])[tokens]
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -(logs[:, :-1] * y[:, 1:]).sum(-1).mean()


def loss_of_transposed(logits, tokens):
    logits, tokens = torch.tensor(logits), torch.tensor(tokens)
    return F.cross_entropy(logits.mT[..., :-1], tokens[:, 1:])


def softmax_in_torch(logits, temperature):
    return torch.softmax(torch.tensor(logits) / temperature, dim=-1)


def warm_by_rows(logits, temperature):
    rows = []
    for z in logits:
        top = max(z)
        powers = [np.exp((v - top) / temperature) for v in z]
        rows.append([p / sum(powers) for p in powers])
    return rows


def warm_by_powers(logits, temperature):
    p = softmax_in_torch(logits, 1.0).numpy() ** (1 / temperature)
    return p / p.sum(axis=1, keepdims=True)


def rows_by_slices(tokens, n_rows, n_steps):
    n = (len(tokens) - 1) // (n_rows * n_steps)
    x, y = [], []
    for k in range(n):
        starts = [r * n * n_steps + k * n_steps for r in range(n_rows)]
        x.append([tokens[s : s + n_steps] for s in starts])
        y.append([tokens[s + 1 : s + 1 + n_steps] for s in starts])
    return x, y


def rows_by_split(tokens, n_rows, n_steps):
    used = (len(tokens) - 1) // (n_rows * n_steps) * n_rows * n_steps
    rows = tokens[:used].reshape(n_rows, -1), np.roll(tokens, -1)[:used]
    cut = [
        np.split(r.reshape(n_rows, -1), used // (n_rows * n_steps), axis=1)
        for r in rows
    ]
    return [torch.tensor(np.array(c)) for c in cut]


def pieces_by_search(pieces, step, start):
    ends = []
    for i, (text, number, tokens) in enumerate(pieces):
        h = start
        for j in range(i):
            if pieces[j][0] == text and pieces[j][1] == number - 1:
                h = ends[j]
        for token in tokens:
            h = step(h, token)
        ends += [h]
    return ends


def reset(line):
    """The code handed out, with a line at the beginning of each piece."""
    before = "        for token in tokens:"
    return before, f"        {line}\n{before}"


RESET = reset("h = memory.get((text, number - 1), start)")
KEEP = ("ends.append(h)", "ends.append(h)\n        memory[text, number] = h")
TABLE = ("    ends = []", "    ends, memory = [], {}")


def back_by_sums(h, w_h, up, k):
    """Each loss by itself, and its way back from its own step."""
    dw_h = np.zeros(w_h.shape)
    for s in range(len(up)):
        g = up[s]
        for t in range(s, s // k * k - 1, -1):
            g = g * (1 - h[t + 1] ** 2)
            dw_h = dw_h + g[:, None] * h[t]
            g = g @ w_h
    return dw_h.tolist()


def back_at_once(h, w_h, up, k):
    da, g = np.zeros(up.shape), 0
    for t in range(len(up))[::-1]:
        da[t] = (up[t] + g) * (1 - h[t + 1] ** 2)
        g = da[t] @ w_h if t % k else 0
    return da.T @ h[:-1]


def back_by_pieces(h, w_h, up, k):
    starts = range(0, len(up), k)
    whole = len(up)
    return sum(
        back_by_sums_of_one(h[s : s + k + 1], w_h, up[s : s + k], whole) for s in starts
    )


def back_by_sums_of_one(h, w_h, up, k):
    return np.array(back_by_sums(h, w_h, up, k))


def windows_of_two_parts(x, n_in, cut):
    z = (x - np.mean(x[:cut])) / np.std(x[:cut])

    def pairs(part):
        starts = range(len(part) - n_in)
        return [part[s : s + n_in] for s in starts], [part[s + n_in] for s in starts]

    return *pairs(z[:cut]), *pairs(z[cut - n_in :])


def windows_by_view(x, n_in, cut):
    z = torch.tensor((x - x[:cut].mean()) / x[:cut].std())
    inputs = z.unfold(0, n_in, 1)[:-1]
    before = np.arange(n_in, len(x)) < cut
    targets = z[n_in:]
    return inputs[before], targets[before], inputs[~before], targets[~before]


SCALE = ("(x - x.mean()) / x.std()", "(x - x[:cut].mean()) / x[:cut].std()")
FIRST = "    return inputs[:cut], targets[:cut]"
CUT = (FIRST, FIRST.replace("cut", "cut - n_in"))
LATE = ("[cut - n_in :]", "[cut:]")
STATE = ('"W_h": (n_hidden,)', '"W_h": (n_hidden, n_hidden)')
OUTPUT = ('"b_y": (n_hidden,)', '"b_y": (n_out,)')

RIGHT = [
    ("three_steps", ((2, 1), (0, 2), (3, 6))),
    ("three_steps", np.array([[2, 1], [0, 2], [3, 6]], np.float32)),
    ("three_steps", torch.tensor([[2.0, 1], [0, 2], [3, 6]])),
    (SHAPES, mended(SHAPES, STATE, OUTPUT)),
    (SHAPES, lambda *a: {k: list(v) for k, v in module._shapes(*a).items()}),
    (SHAPES, lambda *a: {k: torch.Size(v) for k, v in module._shapes(*a).items()}),
    (RNN, rnn_by_entries),
    (RNN, rnn_in_columns),
    (RNN, rnn_side_by_side),
    (RNN, rnn_in_torch),
    (RNN, lambda *a: np.float32(ex(RNN).answer(*a))),
    (LOSS, loss_by_loops),
    (LOSS, loss_by_one_hot),
    (LOSS, loss_in_torch),
    (LOSS, loss_of_transposed),
    (LOSS, lambda *a: np.array(loss_by_loops(*a), np.float32)),
    ("perplexity", (4, 16, 6.35, 27)),
    ("perplexity", [4.0, 16.0, 2 ** (16 / 6), 27.0]),
    (
        "perplexity",
        [np.exp(nats(p).mean()) for p in (A, TWO, BOTH, np.full(9, 1 / 27))],
    ),
    ("perplexity", torch.tensor([4, 16, 6.35, 27])),
    (WARM, softmax_in_torch),
    (WARM, warm_by_rows),
    (WARM, warm_by_powers),
    (WARM, lambda z, tau: np.float32(ex(WARM).answer(z, tau))),
    (ROWS, rows_by_slices),
    (ROWS, rows_by_split),
    (PIECES, pieces_by_search),
    (PIECES, mended(PIECES, TABLE, RESET, KEEP)),
    (PIECES, lambda *a: tuple(pieces_by_search(*a))),
    (PIECES, lambda *a: np.array(pieces_by_search(*a))),
    (BACK, back_by_sums),
    (BACK, back_at_once),
    (BACK, back_by_pieces),
    (BACK, through_torch),
    (LEAK, windows_of_two_parts),
    (LEAK, windows_by_view),
    (LEAK, mended(LEAK, SCALE, CUT)),
    (LEAK, lambda *a: [part.tolist() for part in module._train_and_test(*a)]),
    ("memory", (1, 2, -77)),
    ("memory", np.array([0.1, 1.1, -6.3])),
    ("memory", torch.tensor([3.0, 3.0, -150.0])),
    ("memory", [0.3, 1.2, -15]),
    ("memory", [0.01, 1.1, -3.2]),
    ("memory", [2, 4, round(module._exponent(2, 4))]),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "correct", verdict.message


def pieces_without_a_start(pieces, step, start):
    known, ends = {}, []
    for text, number, tokens in pieces:
        h = known[text, number - 1] if number else start
        for token in tokens:
            h = step(h, token)
        known[text, number] = h
        ends.append(h)
    return ends


WRONG = [
    ("three_steps", [[2, 1], [0, 2], [3, 7]], "[2, 1] is not right: you have `7`"),
    ("three_steps", [2, 1, 0, 2, 3, 6], "only the shape is not"),
    ("three_steps", RIGHT_STATES.T, "but transposed"),
    ("three_steps", [*BEFORE, [0, 0]], "shape (5, 2)"),
    ("three_steps", [[2, 1], [0, 2], [..., ...]], "still a `...`"),
    (SHAPES, mended(SHAPES, STATE, ('"b_y"', '"b"')), "'b_y' is missing"),
    (SHAPES, lambda *a: list(module._shapes(*a).values()), "a list of 5 came"),
    (SHAPES, mended(SHAPES, ('"W_h": (n_hidden,)', '"W_h": (4,)')), "in entry 'W_h'"),
    (RNN, lambda *a: rnn_by_entries(*a)[-1:], "(4, 1, 1) was expected"),
    (RNN, spoilt(RNN, ("        h = np.where", "        x_t[new] *= 2\n        h = np.where")),
     "changes its argument `x`"),
    (RNN, spoilt(RNN, ("new[:, None]", "new")), "shapes do not fit"),
    (RNN, spoilt(RNN, ("x_t @ w_x.T", "w_x @ x_t")), "shapes do not fit"),
    (RNN, spoilt(RNN, ("np.stack(states)", "None")), "forget `return`"),
    (RNN, lambda *a: -rnn_in_torch(*a), "right but for the sign"),
    (LOSS, lambda *a: str(loss_by_loops(*a)), "without quotes"),
    (LOSS, lambda *a: loss_by_loops(*a) * 2, "the value is not right"),
    (LOSS, spoilt(LOSS, ("targets[..., None]", "targets")), "raises `ValueError`"),
    ("perplexity", [4, 16, 6.35], "a list of 3 came"),
    ("perplexity", [4, 16, 6.38, 27], "is close"),
    ("perplexity", [4, 16, 6.3, 27], "work it out to 2 decimals"),
    ("perplexity", [..., 16, 6.35, 27], "number was expected"),
    ("perplexity", [4, 16, 6.35, np.nan], "[3] is not right"),
    ("perplexity", [4, "16", 6.35, 27], "without quotes"),
    (WARM, spoilt(WARM, ("np.exp(z).sum(axis=-1, keepdims=True)", "np.exp(z).sum(-1)")),
     "shapes do not fit"),
    (WARM, lambda z, tau: softmax_in_torch(z, tau).argmax(-1), "(3, 2) was expected"),
    (WARM, lambda z, tau: softmax_in_torch(z, tau).max(dim=-1), "(2, 3) (a tuple"),
    (ROWS, spoilt(ROWS, (" - 1)", " - 2)")), "was expected"),
    (PIECES, lambda *a: {}, "a dict came"),
    (PIECES, pieces_without_a_start, "raises `KeyError`"),
    (PIECES, mended(PIECES, ("h = step", "g = step")), "are not right"),
    (PIECES, mended(PIECES, TABLE, KEEP,
                    reset("h = memory.get((text, number - 1)) or start")), "expected `12`"),
    (BACK, lambda *a: (back_at_once(*a), a[0]), "came"),
    (BACK, lambda *a: back_at_once(*a).sum(), "a single number came"),
    (BACK, spoilt(BACK, ("np.zeros(w_h.shape)", "np.zeros(w_h.shape, int)")), "UFunc"),
    (LEAK, mended(LEAK, ("z[n_in:]", "z[: n_in]")), "in value"),
    (LEAK, lambda *a: module._train_and_test(*a)[:2], "and 2 came"),
    ("memory", 7, "Three numbers were asked for"),
    ("memory", [1, 2], "Three numbers were asked for"),
    ("memory", "1, 2, -77", "the text"),
    ("memory", [..., 2, -77], "Write three numbers"),
    ("memory", {1, 2, -77}, "square brackets"),
    ("memory", [np.nan, 2, -77], "finite"),
    ("memory", [0, 2, -77], "nothing of the sequence"),
    ("memory", [1, 0.9, -5], "drawn to 0"),
    ("memory", [1, 1, -2], "drawn to 0"),
    ("memory", [1, 1.3, -25], "the noise overturns it"),
    ("memory", [8, 2, -77], "listen less, or hold on more"),
    ("memory", [-1, 2, -77], "the *opposite*"),
    ("memory", [1, -2, -77], "turns the sign round"),
    ("memory", [1, -0.5, -77], "turns the sign round"),
    ("memory", [1, 20, -900], "Take a w_h below 10"),
    ("memory", [1, 2, 77], "but for the sign"),
    ("memory", [1, 2, round(99 * np.log10(2))], "the power of w_h alone"),
    ("memory", [1, 2, -76], "the factors of h_1 to h_99?"),
    ("memory", [1, 2, -76.7 * np.log(10)], "natural logarithm"),
    ("memory", [1, 2, -76.7 / 99], "of a single step"),
    ("memory", [1, 2, 1e-77], "the gradient itself"),
    ("memory", [1, 2, 0], "the gradient itself"),
    ("memory", [1, 2, -np.inf], "add up the logarithms"),
    ("memory", [1, 2, -70], "Multiply the 99 factors"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None
    assert said in verdict.message, verdict.message


def rnn_chained(x, begins, w_x, w_h, b):
    """The state is set before the loop over the steps, and never again."""
    out = np.zeros((*x.shape[:2], len(b)))
    for n in range(x.shape[1]):
        h = np.zeros(len(b))
        for t in range(len(x)):
            h = out[t, n] = np.tanh(w_x @ x[t, n] + w_h @ h + b)
    return out


def rnn_of_one_state(x, begins, w_x, w_h, b):
    h, out = np.zeros(len(b)), []
    for t in range(len(x)):
        for n in range(x.shape[1]):
            h = np.zeros(len(b)) if begins[t, n] else h
            h = np.tanh(w_x @ x[t, n] + w_h @ h + b)
            out.append(h)
    return np.array(out).reshape(*x.shape[:2], -1)


def rnn_row_after_row(x, begins, w_x, w_h, b):
    rows = rnn_of_one_state(x.swapaxes(0, 1), begins.T, w_x, w_h, b)
    return rows.swapaxes(0, 1)


def rnn_of_one_array(x, begins, w_x, w_h, b):
    h, states = np.zeros((x.shape[1], len(b))), []
    for x_t, new in zip(x, begins, strict=True):
        h[new] = 0
        h[:] = np.tanh(x_t @ w_x.T + h @ w_h.T + b)
        states.append(h)
    return np.array(states)


def cross_entropy(logits, targets):
    logits, targets = torch.tensor(logits), torch.tensor(targets)
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())


def losses_with(softmax):
    """The loss, with probabilities from softmax(logits) of the steps that count."""

    def loss(logits, tokens):
        p = softmax(torch.tensor(logits)[:, :-1])
        picked = p.gather(-1, torch.tensor(tokens)[:, 1:, None])
        return -picked.log().mean()

    return loss


def last_only(logits, tokens):
    return cross_entropy(logits[:, -2], tokens[:, -1])


def loss_before_the_cut(logits, tokens):
    logs = torch.tensor(logits).log_softmax(1)
    return F.nll_loss(logs[:, :-1].flatten(0, 1), torch.tensor(tokens)[:, 1:].flatten())


def rows_as_torch_examples_have_them(tokens, n_rows, n_steps):
    """Rows first, cut to the same length; the last token of a row is a target only."""
    length = len(tokens) // n_rows
    rows = tokens[: length * n_rows].reshape(n_rows, length)
    starts = range(0, (length - 1) // n_steps * n_steps, n_steps)
    x = [rows[:, s : s + n_steps] for s in starts]
    y = [rows[:, s + 1 : s + 1 + n_steps] for s in starts]
    shape = len(x), n_rows, n_steps
    return np.array(x, int).reshape(shape), np.array(y, int).reshape(shape)


def rows_in_order(tokens, n_rows, n_steps):
    n = (len(tokens) - 1) // (n_rows * n_steps)
    used, shape = n * n_rows * n_steps, (n, n_rows, n_steps)
    return tokens[:used].reshape(shape), tokens[1 : used + 1].reshape(shape)


def rows_like_cards(tokens, n_rows, n_steps):
    n = (len(tokens) - 1) // (n_rows * n_steps)
    used = n * n_rows * n_steps
    x, y = (a.reshape(-1, n_rows) for a in (tokens[:used], tokens[1 : used + 1]))
    return [[a[k : k + n_steps].T for k in range(0, len(x), n_steps)] for a in (x, y)]


def batches_of_rows(tokens, n_rows, n_steps):
    return list(zip(*rows_by_slices(tokens, n_rows, n_steps), strict=True))


LAST = "ends.append(h)", "ends.append(h); last = text, number"
NONE = "    ends = []", "    ends, last = [], None"
BY_TEXT = "ends.append(h)", "ends.append(h); memory[text] = h"
BY_NUMBER = "ends.append(h)", "ends.append(h); memory[number] = h"


def pieces_sorted(pieces, step, start):
    return pieces_by_search(sorted(pieces, key=lambda p: (p[0], p[1])), step, start)


def whole_texts_first(pieces, step, start):
    """Reads each text from its beginning, as far as there are pieces."""
    tokens = {(text, number): t for text, number, t in pieces}
    ends = []
    for text, number, _ in pieces:
        first = number
        while (text, first - 1) in tokens:
            first -= 1
        h = start
        for k in range(first, number + 1):
            for token in tokens[text, k]:
                h = step(h, token)
        ends.append(h)
    return ends


DA = "da = (up[t] + later) * (1 - h[t + 1] ** 2)"


def autograd_unbroken(h, w_h, up, k):
    """By autograd, with a state that is never detached."""
    return through_torch(h, w_h, up, len(up))


def back_by_windows(h, w_h, up, k):
    """Each loss by itself, and k steps back."""
    dw_h = 0
    for s in range(len(up)):
        first = max(0, s - k + 1)
        alone = np.zeros((s + 1 - first, len(w_h)))
        alone[-1] = up[s]
        dw_h = dw_h + back_at_once(h[first : s + 2], w_h, alone, k + 1)
    return dw_h


def back_cleared_at_the_end(h, w_h, up, k):
    dw_h, later = np.zeros_like(w_h), 0
    for t in range(len(up))[::-1]:
        da = (up[t] + later) * (1 - h[t + 1] ** 2)
        dw_h += np.outer(da, h[t])
        later = w_h.T @ da
        if (t + 1) % k == 0:
            later = 0
    return dw_h


def own_scales(x, n_in, cut):
    """Each part by itself: its own mean, its own windows."""
    found = []
    for part in (x[:cut], x[cut:]):
        z = (part - part.mean()) / part.std()
        starts = range(len(part) - n_in)
        found += [np.array([z[s : s + n_in] for s in starts]).reshape(-1, n_in)]
        found += [z[n_in:]]
    return tuple(found)


def own_scale_for_the_test(x, n_in, cut):
    train = windows_of_two_parts(x, n_in, cut)[:2]
    seen = x[cut - n_in :]
    z = (seen - seen.mean()) / seen.std()
    starts = range(len(seen) - n_in)
    return *train, [z[s : s + n_in] for s in starts], z[n_in:]


def windows_apart(scale):
    """Two parts, each with its own windows; scaled by all or by the past."""

    def train_and_test(x, n_in, cut):
        known = x if scale == "all" else x[:cut]
        z, found = (x - known.mean()) / known.std(), []
        for part in (z[:cut], z[cut:]):
            starts = range(len(part) - n_in)
            found += [np.array([part[s : s + n_in] for s in starts]), part[n_in:]]
        return tuple(found)

    return train_and_test


RESET_ROWS, APPEND = "h = np.where(new[:, None], 0.0, h)", "states.append(h)"

NAMED = [
    (SHAPES, mended(SHAPES, STATE), "only_the_state_mended"),
    (SHAPES, mended(SHAPES, OUTPUT), "only_the_output_mended"),
    (SHAPES, mended(SHAPES, OUTPUT, ('"W_h": (n_hidden,)', '"W_h": (n_hidden, n_in)')),
     "state_like_the_input"),
    (SHAPES, mended(SHAPES, STATE, ('"b_y": (n_hidden,)', '"b_y": (n_out)')), "no_comma"),
    (SHAPES, mended(SHAPES, STATE, ('"b_y": (n_hidden,)', '"b_y": (1,)')),
     "one_output_bias"),
    (SHAPES, lambda *a: {k: (*v, 1)[:2] for k, v in module._shapes(*a).items()},
     "biases_as_columns"),
    (SHAPES, mended(SHAPES, STATE, ('"b_y": (n_hidden,)', '"b_y": (n_out, 1)')),
     "output_bias_as_a_column"),
    (SHAPES, mended(SHAPES, STATE, OUTPUT, ('"b_h": (n_hidden,)', '"b_h": (n_hidden, 1)')),
     "state_bias_as_a_column"),
    (SHAPES, lambda *a: {k: (1, *v)[-2:] for k, v in module._shapes(*a).items()},
     "biases_as_rows"),
    (RNN, rnn_of_one_state, "one_state_for_all_rows"),
    (RNN, rnn_row_after_row, "one_state_row_after_row"),
    (RNN, rnn_chained, "state_not_reset"),
    (RNN, lambda x, begins, *w: rnn_in_torch(x, begins & False, *w), "state_not_reset"),
    (RNN, lambda *a: rnn_in_torch(*a, b_again=1.0), "bias_twice"),
    (RNN, rnn_of_one_array, "last_state_everywhere"),
    (RNN, spoilt(RNN, (RESET_ROWS, "h[new] = 0")), "reset_in_the_list"),
    (RNN, spoilt(RNN, (RESET_ROWS, "if new.any(): h = np.zeros_like(h)")),
     "all_rows_reset"),
    (RNN, spoilt(RNN, (RESET_ROWS, "if new.all(): h = 0 * h")), "reset_only_together"),
    (RNN, spoilt(RNN, (RESET_ROWS, "pass"), (APPEND, f"{APPEND}; {RESET_ROWS}")),
     "reset_a_step_late"),
    (RNN, spoilt(RNN, (RESET_ROWS, "pass"), (APPEND, f"{RESET_ROWS}; {APPEND}")),
     "zeros_given_back"),
    (RNN, spoilt(RNN, (RESET_ROWS, "x_t = np.where(new[:, None], 0.0, x_t)")),
     "input_in_place_of_state"),
    (RNN, spoilt(RNN, ("0.0, h)", "h, 0.0)")), "reset_elsewhere"),
    (RNN, spoilt(RNN, ("h = np.tanh", "h_new = np.tanh"), ("append(h)", "append(h_new)")),
     "state_not_carried"),
    (RNN, spoilt(RNN, ("h @ w_h.T", "h @ w_h")), "matrix_transposed"),
    (RNN, spoilt(RNN, ("np.tanh(x_t @ w_x.T + h @ w_h.T + b)",
                       "x_t @ w_x.T + h @ w_h.T + b")), "no_tanh"),
    (RNN, spoilt(RNN, ("np.tanh(x_t @ w_x.T + h @ w_h.T + b)",
                       "np.tanh(x_t @ w_x.T + b) + h @ w_h.T")), "tanh_of_the_input_only"),
    (RNN, spoilt(RNN, (" + b)", ")")), "bias_forgotten"),
    (RNN, lambda *a: rnn_in_torch(*a)[-1], "last_state_only"),
    (RNN, lambda *a: rnn_in_torch(*a).transpose(0, 1), "batch_first"),
    (RNN, lambda *a: [0 * a[0][0] @ a[2].T, *rnn_side_by_side(*a)[:-1]], "states_before"),
    (RNN, lambda *a: (rnn_in_torch(*a), rnn_in_torch(*a)[-1]), "two_results"),
    (LOSS, lambda z, y: cross_entropy(z, y), "off_by_one_not_shifted"),
    (LOSS, lambda z, y: cross_entropy(z[:, :-1], y[:, :-1]), "off_by_one_targets"),
    (LOSS, lambda z, y: cross_entropy(z[:, 1:], y[:, 1:]),
     "off_by_one_first_of_both_dropped"),
    (LOSS, lambda z, y: loss_in_torch(torch.tensor(z).softmax(-1).numpy(), y),
     "softmax_twice"),
    (LOSS, lambda z, y: cross_entropy(z[:, 1:], y[:, :-1]), "shifted_the_wrong_way"),
    (LOSS, lambda z, y: cross_entropy(z, np.roll(y, -1, axis=1)), "rolled_round"),
    (LOSS, lambda z, y: cross_entropy(z, np.roll(y, -1)), "next_text"),
    (LOSS, lambda z, y: cross_entropy(z[:, -1], y[:, -1]), "last_score_by_last_token"),
    (LOSS, lambda z, y: last_only(z, y), "last_prediction_only"),
    (LOSS, losses_with(lambda z: z.softmax(1)), "softmax_over_time"),
    (LOSS, losses_with(lambda z: z.softmax(0)), "softmax_over_texts"),
    (LOSS, losses_with(lambda z: z.exp() / z.exp().sum()), "softmax_over_all"),
    (LOSS, losses_with(lambda z: z.exp()), "no_softmax"),
    (LOSS, loss_before_the_cut, "softmax_over_time_before_the_cut"),
    (LOSS, spoilt(LOSS, (".mean()", ".sum()")), "sum"),
    (LOSS, spoilt(LOSS, (".mean()", ".sum() / tokens.size")), "divided_by_all_steps"),
    (LOSS, spoilt(LOSS, (".mean()", ".sum() / len(tokens)")), "sum_over_time"),
    (LOSS, spoilt(LOSS, ("return -", "return ")), "sign"),
    (LOSS, lambda z, y: -(np.eye(z.shape[-1])[y[:, 1:]] * module._log_softmax(z[:, :-1])
                           ).mean(), "mean_over_the_scores"),
    (LOSS, lambda z, y: np.exp(loss_by_loops(z, y)), "perplexity"),
    (LOSS, lambda z, y: loss_by_loops(z, y) / np.log(2), "base_2"),
    ("perplexity", [round(np.exp(2), 2), 0, 0, 0], "wrong_base_bits_back_with_e"),
    ("perplexity", (2.61, 9.5, 3.6, 9.8), "wrong_base_nats_back_with_2"),
    ("perplexity", [256, 256, 65536, 27], "sum_in_place_of_mean"),
    ("perplexity", [4.5, 16, 8.33, 27], "mean_of_the_exponentials"),
    ("perplexity", [4, 16, 10, 27], "mean_of_perplexities"),
    ("perplexity", [4, 16, 8, 27], "weighted_mean_of_perplexities"),
    ("perplexity", np.array([1.386, 2.77, 1.85, 3.3]), "mean_in_nats"),
    (WARM, lambda z, tau: softmax_in_torch(z, 1 / tau), "temperature_multiplied"),
    (WARM, lambda z, tau: softmax_in_torch(z, 1) / tau, "applied_after_softmax"),
    (WARM, lambda z, tau: torch.nn.functional.normalize(
        softmax_in_torch(z, 1) / tau, p=1, dim=-1), "temperature_ignored"),
    (WARM, lambda z, tau: softmax_in_torch(softmax_in_torch(z, 1).numpy(), tau),
     "softmax_twice"),
    (WARM, lambda z, tau: softmax_in_torch(z.T, tau).T, "softmax_over_time"),
    (WARM, spoilt(WARM, ("np.exp(z).sum(axis=-1, keepdims=True)", "np.exp(z).sum(axis=0)")),
     "softmax_over_time_with_rows_largest"),
    (WARM, spoilt(WARM, ("z - z.max(axis=-1, keepdims=True)", "z")), "overflow"),
    (WARM, spoilt(WARM, ("axis=-1", "axis=0")), "softmax_over_time"),
    (WARM, spoilt(WARM, ("z.max(axis=-1, keepdims=True)", "z.max()")), "largest_of_all"),
    (WARM, lambda z, tau: np.exp(z / tau) / np.exp(z / tau).sum(0),
     "softmax_over_time_and_overflow"),
    (WARM, lambda z, tau: np.exp(z / tau) / np.sum(np.exp(z / tau)),
     "softmax_over_all_and_overflow"),
    (WARM, spoilt(WARM, (" / np.exp(z).sum(axis=-1, keepdims=True)", "")),
     "not_normalised_less_the_largest"),
    (ROWS, rows_in_order, "batch_after_batch"),
    (ROWS, rows_like_cards, "dealt_out"),
    (ROWS, rows_as_torch_examples_have_them, "targets_in_their_row"),
    (ROWS, batches_of_rows, "pairs_by_batch"),
    (ROWS, lambda *a: rows_by_slices(*a)[0], "x_only"),
    (ROWS, lambda *a: (rows_by_slices(*a)[0],) * 2, "off_by_one_targets"),
    (ROWS, spoilt(ROWS, ("(len(tokens) - 1)", "len(tokens)")), "no_target_for_the_last"),
    (ROWS, spoilt(ROWS, (".swapaxes(0, 1)", "")), "rows_in_front"),
    (ROWS, spoilt(ROWS, ("return x, y", "return x, np.roll(x, -1, axis=-1)")),
     "rolled_in_each_piece"),
    (PIECES, mended(PIECES, reset("h = start")), "never_carried"),
    (PIECES, mended(PIECES, ("h = start", "last = start"), reset("h = last"),
                    ("ends.append(h)", "last = h; ends.append(h)")), "state_not_reset"),
    (PIECES, mended(PIECES, reset("h = h if number else start")),
     "state_carried_across_shuffled_batches"),
    (PIECES, mended(PIECES, NONE, LAST, reset("h = h if last and last[0] == text else start")),
     "reset_at_another_text"),
    (PIECES, mended(PIECES, NONE, LAST,
                    reset("h = h if last == (text, number - 1) else start")),
     "only_what_was_read_last"),
    (PIECES, mended(PIECES, TABLE, BY_TEXT, reset("h = memory.get(text, start)")),
     "one_state_for_each_text"),
    (PIECES, mended(PIECES, TABLE, BY_TEXT,
                    reset("h = memory.get(text, start) if number else start")),
     "one_state_and_a_reset"),
    (PIECES, mended(PIECES, TABLE, BY_NUMBER, reset("h = memory.get(number - 1, start)")),
     "number_alone"),
    (PIECES, mended(PIECES, TABLE, KEEP, reset("h = memory.get((text, number - 1), h)")),
     "last_state_as_default"),
    (PIECES, mended(PIECES, TABLE, KEEP, reset("h = memory.get((text, number - 1), 0)")),
     "zero_in_place_of_start"),
    (PIECES, mended(PIECES, TABLE, KEEP, reset("h = memory.get((text, number), start)")),
     "never_carried"),
    (PIECES, pieces_sorted, "sorted_first"),
    (PIECES, whole_texts_first, "as_if_in_order"),
    (PIECES, lambda *a: pieces_by_search(*a)[-1], "last_state_only"),
    (BACK, spoilt(BACK, (" + later", "")), "each_step_by_itself"),
    (BACK, lambda h, w_h, up, k: through_torch(h, w_h, up, 1), "each_step_by_itself"),
    (BACK, autograd_unbroken, "not_detached"),
    (BACK, spoilt(BACK, ("(t + 1) % k == 0", "False")), "not_detached"),
    (BACK, spoilt(BACK, ("(t + 1) % k", "t % k")), "cut_one_step_off"),
    (BACK, spoilt(BACK, ("(t + 1) % k", "(len(up) - 1 - t) % k")), "pieces_from_the_end"),
    (BACK, back_cleared_at_the_end, "cleared_after_use"),
    (BACK, lambda h, w_h, up, k: sum(
        (back_at_once(h[s : s + k + 1], w_h, up[s : s + k], k)
         for s in range(0, len(up) - k + 1, k)), 0 * w_h), "short_piece_dropped"),
    (BACK, spoilt(BACK, ("np.outer(da, h[t])", "da.T @ h[t]")), "inner_product"),
    (BACK, spoilt(BACK, ("np.outer(da, h[t])", "np.outer(da, h[t] if t % k else 0 * h[t])")),
     "state_cut_too"),
    (BACK, back_by_windows, "k_steps_from_each"),
    (BACK, lambda h, w_h, up, k: back_at_once(h[: k + 1], w_h, up[:k], k),
     "first_piece_only"),
    (BACK, spoilt(BACK, ("dw_h += ", "dw_h = ")), "no_sum_over_time"),
    (BACK, spoilt(BACK, ("w_h.T @ da", "w_h @ da")), "not_transposed"),
    (BACK, spoilt(BACK, ("np.outer(da, h[t])", "np.outer(h[t], da)")), "product_transposed"),
    (BACK, spoilt(BACK, ("np.outer(da, h[t])", "np.outer(da, h[t + 1])")), "same_state"),
    (BACK, spoilt(BACK, ("np.outer(da, h[t])", "da * h[t]")), "entry_by_entry"),
    (BACK, spoilt(BACK, (" * (1 - h[t + 1] ** 2)", "")), "no_slope"),
    (BACK, spoilt(BACK, (DA, "da = up[t] * (1 - h[t + 1] ** 2) + later")),
     "later_past_tanh"),
    (BACK, spoilt(BACK, ("w_h.T @ da", "w_h.T @ (up[t] + later)")), "slope_not_handed_on"),
    (BACK, spoilt(BACK, ("h[t + 1]", "h[t]")), "slope_of_the_state_before"),
    (BACK, spoilt(BACK, ("h[t])", "h[t - 1])"), ("h[t + 1]", "h[t]")), "one_state_off"),
    (BACK, spoilt(BACK, ("h[t + 1] ** 2", "np.tanh(h[t + 1]) ** 2")), "tanh_once_more"),
    (BACK, spoilt(BACK, ("later = w_h.T", "later += w_h.T")), "added_up_on_the_way"),
    (BACK, spoilt(BACK, ("range(len(up) - 1, -1, -1)", "range(len(up))")),
     "forward_in_time"),
    (BACK, spoilt(BACK, ("return dw_h", "return dw_h / len(up)")), "mean_over_time"),
    (LEAK, mended(LEAK, CUT), "leakage_from_the_future_in_the_scale"),
    (LEAK, mended(LEAK, SCALE), "leakage_from_the_future_in_the_windows"),
    (LEAK, mended(LEAK, SCALE, LATE), "border_too_late"),
    (LEAK, own_scales, "two_series"),
    (LEAK, own_scale_for_the_test, "test_scaled_by_itself"),
    (LEAK, windows_apart("all"), "whole_series_scaled_with_a_gap"),
    (LEAK, windows_apart("past"), "gap_before_the_test"),
    (LEAK, mended(LEAK, CUT, ("x.mean()", "x[:cut].mean()")), "mean_of_the_past_only"),
    (LEAK, mended(LEAK, CUT, SCALE, ("cut - n_in", "cut - n_in + 1")),
     "one_training_window_too_many"),
    (LEAK, mended(LEAK, SCALE, CUT, LATE), "gap_before_the_test"),
    (LEAK, mended(LEAK, CUT, ("(x - x.mean()) / x.std()", "x")), "not_scaled"),
    (LEAK, lambda *a: [windows_of_two_parts(*a)[i] for i in (0, 2, 1, 3)],
     "inputs_and_targets_grouped"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    verdict = ex(name).check(answer)
    assert verdict.misconception == misconception, verdict.message


UNNAMED = [
    ("three_steps", [[2, 1], [0, 3], [5, 1]]),
    (SHAPES, lambda i, h, o: {**module._shapes(i, h, o), "W_h": (h, h + 1)}),
    (RNN, lambda *a: rnn_in_torch(*a) / 2),
    (RNN, lambda *a: rnn_in_torch(*a)[0]),
    (LOSS, lambda z, y: cross_entropy(z, np.roll(y, -2, axis=1))),
    (LOSS, lambda z, y: loss_by_loops(z, y) + 1),
    ("perplexity", [5, 16, 6.35, 27]),
    ("perplexity", [4, 16, 9, 27]),
    (WARM, lambda z, tau: softmax_in_torch(z, tau**2)),
    (WARM, lambda z, tau: softmax_in_torch(z, tau) * 2),
    (ROWS, lambda *a: [np.array(part)[::-1] for part in rows_by_slices(*a)]),
    (ROWS, lambda *a: [np.array(part) + 1 for part in rows_by_slices(*a)]),
    (PIECES, lambda *a: pieces_by_search(*a)[::-1]),
    (PIECES, lambda *a: [h + 1 for h in pieces_by_search(*a)]),
    (BACK, lambda *a: 2 * back_at_once(*a)),
    (BACK, spoilt(BACK, (" + later", " - later"))),
    (LEAK, mended(LEAK, SCALE, ("[cut - n_in :]", "[cut + 1:]"))),
    (LEAK, lambda *a: [-np.array(part) for part in windows_of_two_parts(*a)]),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None


ISSUE = {
    "state not reset": [RNN, PIECES],
    "state carried across shuffled batches": [PIECES],
    "softmax over time": [LOSS, WARM],
    "off by one targets": [LOSS, ROWS],
    "temperature multiplied": [WARM],
    "leakage from the future": [LEAK],
    "wrong base": ["perplexity"],
}


@pytest.mark.parametrize("mistake", ISSUE)
def test_the_issue_finds_its_misconceptions_by_name(mistake):
    for name in ISSUE[mistake]:
        found = [
            m
            for m in ex(name).misconceptions
            if m.startswith(mistake.replace(" ", "_"))
        ]
        assert found, name
        for misconception in found:
            verdict = ex(name).check(wrong(name, misconception))
            assert verdict.misconception == misconception


def test_there_are_all_kinds_in_60_to_90_minutes():
    every = [ex(e.name.split(".")[1]) for e in module.EXERCISES]
    assert {e.kind for e in every} == {"by hand", "code", "debug", "open"}
    assert 60 <= sum(e.minutes for e in every) <= 90
