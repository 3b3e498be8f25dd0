"""The chapter's answers against torch and by hand; answers that learners could give."""

import copy
import heapq
import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from lessons_pkg.exercises import lstm_gru as module
from tests.exercises.helpers import Chapter, numbers

chapter = Chapter("lstm_gru")
ex, given, mended, spoilt = chapter.ex, chapter.given, chapter.mended, chapter.spoilt


def wrong(name, misconception):
    return ex(name).misconceptions[misconception].wrong


def tensors(*arrays):
    return [torch.tensor(np.asarray(a, float)) for a in arrays]


# ------------------------------------------------------- by hand: numbers and mistakes

SUMS = np.array(
    [[100, 0, 100, -100], [0, 100, -100, 100], [100, 0, 0, 100], [0, -100, 100, 0]]
)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def new_cell(i, f, g, c):
    return f * c + i * g


def shown(o, c, old):
    return o * np.tanh(c)


def cell(
    c=4.0, gate=sigmoid, squash=np.tanh, renew=new_cell, show=shown, hand_on=False
):
    """c of the four steps, and the last h: the table of the statement."""
    found = []
    for i, f, g, o in SUMS:
        i, f, o = (gate(s) for s in (i, f, o))
        old, c = c, renew(i, f, squash(g), c)
        found.append(c)
        h = show(o, c, old)
        c = h if hand_on else c
    return [*found, h]


CELLS = {
    "sigmoid_on_the_candidate": {"squash": sigmoid},
    "half_open_is_closed": {"gate": lambda s: float(s > 0)},
    "half_open_is_open": {"gate": lambda s: float(s >= 0)},
    "input_and_forget_exchanged": {"renew": lambda i, f, g, c: i * c + f * g},
    "forget_erases": {"renew": lambda i, f, g, c: (1 - f) * c + i * g},
    "candidate_not_gated": {"renew": lambda i, f, g, c: f * c + g},
    "begins_at_0": {"c": 0.0},
    "shown_cell_is_carried": {"hand_on": True},
    "nothing_forgotten": {"renew": lambda i, f, g, c: c + i * g},
    "coupled": {"renew": lambda i, f, g, c: f * c + (1 - f) * g},
    "output_gate_left_out": {"show": lambda o, c, old: np.tanh(c)},
    "no_tanh": {"show": lambda o, c, old: o * c},
    "old_cell_shown": {"show": lambda o, c, old: o * np.tanh(old)},
}


def test_the_cell_is_worked_out():
    np.testing.assert_allclose(ex("gates").answer, cell(), atol=0.005)
    rows = [row for row in ex("gates").statement.splitlines() if row[:3].strip("| ")]
    table = [row.split("|")[2:6] for row in rows if row[2:3].isdigit()]
    assert [[int(s.replace("−", "-")) for s in row] for row in table] == SUMS.tolist()


@pytest.mark.parametrize("name", CELLS)
def test_wrong_numbers_of_the_cell_come_from_their_mistake(name):
    np.testing.assert_allclose(wrong("gates", name), cell(**CELLS[name]), atol=0.006)


IN, F = (0.2, 0.5, 0.6, 0.4, 0.3), (0.5, 0.7, 0.8, 0.5, 0.9)
G, OUT = (-0.6, 0.4, 0.1, 0.5, -0.7), (0.9, 0.6, 0.5, 0.8, 0.2)
DERIVATIVES = {
    "first_gate_too": [np.prod(F[1:]), IN[1] * np.prod(F[1:]), 1.8, 22],
    "last_gate_left_out": [F[2] * F[3], IN[1] * F[2] * F[3], 2.0, 22],
    "gates_before": [np.prod(F[1:4]), IN[1] * np.prod(F[1:4]), 2 * F[3], 22],
    "last_gate_left_out_of_two": [F[2] * F[3], IN[1] * F[2] * F[3], 1.8, 22],
    "gates_before_in_two": [np.prod(F[1:4]), IN[1] * np.prod(F[1:4]), 1.8, 22],
    "added": [sum(F[2:]), IN[1] * sum(F[2:]), 2 + F[4], 22],
    "shown": [OUT[4] * 0.36, OUT[4] * 0.18, OUT[4] * 1.8, 22],
    "input_gates": [np.prod(IN[2:]), IN[1] * np.prod(IN[2:]), 2 * IN[4], 22],
    "input_gate_left_out": [0.36, 0.36, 1.8, 22],
    "second_own_step": [0.36, IN[1], 1.8, 22],
    "third_own_step": [0.36, 0.18, 2.0, 22],
    "cell_after": [0.36, 0.18, 1.2 * F[4], 22],
    "gate_itself": [0.36, 0.18, F[4], 22],
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_wrong_derivatives_come_from_their_mistake(name):
    np.testing.assert_allclose(wrong("conveyor", name), DERIVATIVES[name])


def test_the_derivatives_are_those_of_torch():
    i, f, g = (
        torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (IN, F, G)
    )
    c2 = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    before = (2 - 0.6 * 0.1) / 0.8  # c_2, so that c_3 = 2 as in the statement
    c3 = f[2] * (c2 - 0.7 + before) + f[2] * i[1] * (g[1] - G[1]) + i[2] * g[2]
    c4 = f[3] * c3 + i[3] * g[3]
    (f[4] * c4 + i[4] * g[4]).backward()
    assert np.isclose(c3.item(), 2)
    assert np.isclose(c4.item(), 1.2)
    want = [c2.grad.item(), g.grad[1].item(), f.grad[3].item()]
    np.testing.assert_allclose(ex("conveyor").answer[:3], want)


def test_the_steps_until_a_tenth_is_left():
    left = 0.9 ** np.arange(40)
    assert ex("conveyor").answer[3] == np.argmax(left < 0.1) == 22
    assert [*np.round(left[[9, 21, 22]], 3)] == [0.387, 0.109, 0.098]
    assert np.argmax(0.99 ** np.arange(300) < 0.1) == 230


@pytest.mark.parametrize("row", "ifgo")
def test_the_table_of_the_conveyor_is_that_of_the_test(row):
    line = next(
        s for s in ex("conveyor").statement.splitlines() if s.startswith(f"| ${row}$")
    )
    shown = [float(x.replace("−", "-")) for x in line.split("|")[2:-1]]
    assert shown == [*{"i": IN, "f": F, "g": G, "o": OUT}[row]]


def counted(bias=2, blocks=(1, 3, 4), state=5, reads=10, directions=2, recurrent=5):
    """Parameters of RNN, GRU, LSTM, and of the second layer of a bidirectional LSTM."""
    first = [n * 5 * (7 + state + bias) for n in blocks]
    return [*first, directions * blocks[2] * 5 * (reads + recurrent + bias)]


COUNTED = {
    "one_bias": {"bias": 1},
    "no_biases": {"bias": 0},
    "gates_forgotten": {"blocks": (1, 1, 1)},
    "candidate_forgotten": {"blocks": (1, 2, 3)},
    "gates_beside_a_plain_layer": {"blocks": (1, 4, 5)},
    "gru_merges_one": {"blocks": (1, 2, 4)},
    "gru_like_lstm": {"blocks": (1, 4, 4)},
    "state_to_state_forgotten": {"state": 0, "recurrent": 0},
    "second_reads_5": {"reads": 5},
    "second_reads_the_input": {"reads": 7},
    "one_direction": {"directions": 1},
    "state_of_10": {"recurrent": 10},
}


@pytest.mark.parametrize("name", COUNTED)
def test_wrong_counts_come_from_their_mistake(name):
    assert wrong("counts", name) == counted(**COUNTED[name])


def size(module):
    return sum(p.numel() for p in module.parameters())


def test_the_counts_are_those_of_torch():
    one = [size(layer(7, 5)) for layer in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM)]
    both = size(torch.nn.LSTM(7, 5, 2, bidirectional=True))
    second = both - size(torch.nn.LSTM(7, 5, bidirectional=True))
    assert ex("counts").answer == [*one, second] == counted()
    assert wrong("counts", "both_layers") == [*one, both]


# --------------------------------------------------------- code: the answers are right


def lstm_of_torch(x, h, c, *weights):
    x, h, c, *weights = tensors(x, h, c, *weights)
    return torch.lstm_cell(x, (h, c), *weights)


def gru_of_torch(x, h, *weights):
    return torch.gru_cell(*tensors(x, h, *weights))


def weights_for(n_gates, d, size):
    shapes = (n_gates * size, d), (n_gates * size, size), (n_gates * size,)
    return [numbers(k, *shape) for k, shape in enumerate([*shapes, shapes[2]])]


@pytest.mark.parametrize(("d", "size"), [(1, 1), (3, 5), (7, 2)])
def test_one_step_is_that_of_torch(d, size):
    x, h, c = numbers(7, 3, d), numbers(8, 3, size), numbers(9, 3, size)
    weights = weights_for(4, d, size)
    for ours, theirs in zip(
        ex("lstm_step").answer(x, h, c, *weights),
        lstm_of_torch(x, h, c, *weights),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs.numpy())
    weights = weights_for(3, d, size)
    got = ex("gru_step").answer(x, h, *weights)
    np.testing.assert_allclose(got, gru_of_torch(x, h, *weights).numpy())


def test_the_forget_bias_can_be_loaded_into_torch():
    layer = torch.nn.LSTM(3, 5, 2, bidirectional=True)
    before = {name: p.numpy().copy() for name, p in layer.state_dict().items()}
    state = ex("forget_bias").answer(before)
    layer.load_state_dict({name: torch.tensor(p) for name, p in state.items()})
    for ending in ("l0", "l1", "l0_reverse", "l1_reverse"):
        both = getattr(layer, f"bias_ih_{ending}") + getattr(layer, f"bias_hh_{ending}")
        assert both[5:10].tolist() == [1.0] * 5
        assert not (both[:5] == 1).any()
        assert np.array_equal(
            before[f"weight_ih_{ending}"], state[f"weight_ih_{ending}"]
        )


def test_what_the_statement_says_of_the_forget_gate():
    assert round(0.5**10, 3) == 0.001
    assert f"{sigmoid(1):.2f}" == "0.73"


def packed(lengths, size=3, d=2):
    """What a bidirectional LSTM of torch shows of packed sequences, and its h_n."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(d, size, bidirectional=True, batch_first=True)
    rnn = torch.nn.utils.rnn
    x = torch.randn(len(lengths), max(lengths), d)
    bundle = rnn.pack_padded_sequence(x, lengths, True, enforce_sorted=False)
    output, (h, _) = layer(bundle)
    output, _ = rnn.pad_packed_sequence(output, batch_first=True)
    return output.detach().numpy(), torch.cat([*h], dim=1).detach().numpy()


def test_ends_are_the_last_states_of_torch():
    lengths = np.array([3, 7, 1, 5])
    output, h = packed(lengths)
    np.testing.assert_array_equal(ex("ends").answer(output, lengths), h)
    assert not output[0, 3:].any()  # as the statement says


def losses_of_torch(log_probabilities, targets, lengths):
    kept = np.where(np.arange(targets.shape[1]) < lengths[:, None], targets, -100)
    (p,) = tensors(log_probabilities)
    return functional.nll_loss(p.transpose(1, 2), torch.tensor(kept))


def some_losses(n=4, t=6, k=5):
    p = numbers(0, n, t, k)
    p -= np.log(np.exp(p).sum(axis=2, keepdims=True))
    return p, np.arange(n * t).reshape(n, t) % k, np.array([2, 6, 1, 4])[:n]


def test_the_loss_is_that_of_torch():
    use = some_losses()
    np.testing.assert_allclose(ex("masked_loss").answer(*use), losses_of_torch(*use))


def doubled(p, targets, lengths):
    """The same sequences, padded to twice the length."""
    more = (
        np.concatenate([p, p], axis=1),
        np.concatenate([targets, 0 * targets], axis=1),
    )
    return *more, lengths


def test_what_the_statement_says_of_the_loss():
    loss, right = given("masked_loss"), ex("masked_loss").answer
    p, targets, lengths = some_losses()
    assert 0.45 < loss(*doubled(p, targets, lengths)) / loss(p, targets, lengths) < 0.6
    np.testing.assert_allclose(right(*doubled(p, targets, lengths)),
                               right(p, targets, lengths))  # fmt: skip
    with np.errstate(invalid="ignore"):
        assert np.isnan(loss(*ex("masked_loss").cases[2].args))
    other = p.copy()
    other[0, 2] = np.log(1 / 5)
    assert loss(other, targets, lengths) != loss(p, targets, lengths)
    assert right(other, targets, lengths) == right(p, targets, lengths)


def test_the_example_of_the_decoder():
    g, t = ex("decoder_batch").answer([[7, 5, 9]])
    assert g.tolist() == [[1, 7, 5, 9]]
    assert t.tolist() == [[7, 5, 9, 2]]


def rows_of(seed, n, k):
    p = np.random.default_rng(seed).random((n, k))
    return np.log(p / p.sum(axis=1, keepdims=True))


def all_sequences(model, k, end, steps):
    """Every sequence of the model with its score: what a wide beam has to find."""
    beams, done = [([k], 0.0)], []
    for _ in range(steps):
        longer = []
        for tokens, score in beams:
            for token, log_p in enumerate(model(tokens)):
                longer.append(([*tokens, token], score + log_p))
        done += [beam for beam in longer if beam[0][-1] == end]
        beams = [beam for beam in longer if beam[0][-1] != end]
    return sorted(done + beams, key=lambda beam: -beam[1])


def searched(step, model, k, end, steps, width):
    beams = [([k], 0.0)]
    for _ in range(steps):
        beams = step(
            beams, np.array([model(tokens) for tokens, _ in beams]), width, end
        )
    return beams


def test_a_wide_beam_is_exhaustive_search_and_a_narrow_one_is_greedy():
    k, end = 3, 1
    model, step = (lambda tokens: rows_of(tokens, 1, k)[0]), ex("beam_step").answer
    want = all_sequences(model, k, end, steps=4)
    got = searched(step, model, k, end, steps=4, width=len(want))
    assert [tokens for tokens, _ in got] == [tokens for tokens, _ in want]
    np.testing.assert_allclose([s for _, s in got], [s for _, s in want])
    ((tokens, _),) = searched(step, model, k, end, steps=4, width=1)
    greedy = [k]
    while len(greedy) < 5 and greedy[-1] != end:
        greedy.append(int(np.argmax(model(greedy))))
    assert tokens == greedy


def test_the_example_of_the_beam_is_the_first_case():
    (first, _), (second, _) = ex("beam_step").answer(*ex("beam_step").cases[0].args)
    assert (first, second) == ([5, 1, 0], [5, 0])


def test_no_two_beams_tie():
    for case in ex("beam_step").cases:
        beams, rows, width, end = case.args
        found = ex("beam_step").answer(beams, rows, 99, end)
        scores = [score for _, score in found][: width + 1]
        assert min([1.0, *(a - b for a, b in itertools.pairwise(scores))]) > 1e-3


# ------------------------------------------------------------------- the open exercise


def memory_of_torch(gates, inputs):
    """c and h of each step, by an LSTM cell of torch with these weights."""
    unit = torch.nn.LSTMCell(3, 1).double()
    rows = np.array([gates[k] for k in "ifgo"], float)
    with torch.no_grad():
        unit.weight_ih.copy_(torch.tensor(rows[:, :3]))
        unit.bias_ih.copy_(torch.tensor(rows[:, 3]))
        unit.weight_hh.zero_()
        unit.bias_hh.zero_()
        state, steps = None, []
        for x in torch.tensor(np.array(inputs, float)):
            state = unit(x[None], state)
            steps.append([state[1].item(), state[0].item()])
    return np.array(steps)


@pytest.mark.parametrize("play", range(5))
def test_the_memory_is_that_of_torch(play):
    inputs = module._plays()[play]
    got = memory_of_torch(ex("memory").answer, inputs)
    rows = module._read_rows(ex("memory").answer)
    np.testing.assert_allclose(module._played(rows, inputs)[:, 4:], got, atol=1e-12)
    np.testing.assert_allclose(module._wanted(inputs), got, atol=0.05)


def memory(i=(0, 20, 0, -10), f=(0, -20, 0, 10), g=(10, 0, 0, 0), o=(0, 0, 20, -10)):
    return {"i": list(i), "f": list(f), "g": list(g), "o": list(o)}


def test_what_the_explanation_says_of_sums_of_5():
    assert [f"{sigmoid(s):.4f}" for s in (5, -5)] == ["0.9933", "0.0067"]
    assert f"{sigmoid(10):.5f}" == "0.99995"
    assert f"{0.9933**200:.2f}" == "0.26"
    soft = memory((0, 10, 0, -5), (0, -10, 0, 5))
    assert "should be farther from 0" in ex("memory").check(soft).message


# ------------------------------------------------------------------ right in other forms


def lstm_by_units(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    n, size = h.shape
    new_h, new_c = np.empty((n, size)), np.empty((n, size))
    for k in range(n):
        a = weight_ih @ x[k] + weight_hh @ h[k] + bias_ih + bias_hh
        for u in range(size):
            i, f, g, o = a[u::size]
            i, f, o = (0.5 + 0.5 * np.tanh(s / 2) for s in (i, f, o))
            new_c[k, u] = f * c[k, u] + i * np.tanh(g)
            new_h[k, u] = o * np.tanh(new_c[k, u])
    return [new_h, new_c]


def lstm_of_the_package(x, h, c, *weights):
    from lessons_pkg import ops

    (_, h, c), _ = ops.lstm(x[None], h, c, *weights)
    return h, c


def lstm_in_float32(*args):
    h, c = lstm_by_units(*(np.asarray(a, np.float32) for a in args))
    return h.astype(np.float32), c


def gru_by_blocks(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    size = h.shape[1]
    a = x @ weight_ih.T + bias_ih
    b = h @ weight_hh.T + bias_hh
    r, z = (sigmoid(a[:, k : k + size] + b[:, k : k + size]) for k in (0, size))
    n = np.tanh(a[:, 2 * size :] + r * b[:, 2 * size :])
    return n + z * (h - n)


def biases_of_one_half(state):
    state = copy.deepcopy(state)
    for name in state:
        if "bias" in name:
            size = state[name].shape[0] // 4
            state[name][size : size * 2] = 0.5
    return state


def biases_of_torch(state):
    new = {name: torch.tensor(values) for name, values in state.items()}
    for name, values in new.items():
        if name.startswith("bias"):
            values.chunk(4)[1].fill_(float("hh" in name))
    return new


def biases_in_lists(state):
    new = {}
    for name, values in state.items():
        n = len(values) // 4
        new[name] = values.tolist()
        if name.startswith("bias"):
            new[name][n : 2 * n] = [2.0 if "ih" in name else -1.0] * n
    return new


def ends_by_loops(output, lengths):
    half = output.shape[2] // 2
    return [[*o[n - 1][:half], *o[0][half:]]
            for o, n in zip(output, lengths, strict=True)]  # fmt: skip


def ends_of_torch(output, lengths):
    (output,), half = tensors(output), output.shape[2] // 2
    last = torch.tensor(lengths - 1)[:, None, None].expand(-1, 1, half)
    forward = output[..., :half].gather(1, last)[:, 0]
    return torch.cat([forward, output[:, 0, half:]], dim=1)


def loss_by_loops(log_probabilities, targets, lengths):
    found = [
        -log_probabilities[n, t, targets[n, t]]
        for n, length in enumerate(lengths)
        for t in range(length)
    ]
    return sum(found) / len(found)


def loss_by_where(log_probabilities, targets, lengths):
    own = np.take_along_axis(log_probabilities, targets[:, :, None], axis=2)[..., 0]
    mask = np.arange(targets.shape[1])[None] < lengths[:, None]
    return -np.where(mask, own, 0).sum() / lengths.sum()


def batch_by_cutting(sequences):
    rows = [[1, *s, 2] for s in sequences]
    longest = max(map(len, rows))
    rows = np.array([row + [0] * (longest - len(row)) for row in rows])
    return rows[:, :-1], rows[:, 1:]


def batch_in_lists(sequences):
    n = max(map(len, sequences)) + 1
    pairs = [([1, *s], [*s, 2]) for s in sequences]
    return [
        [row + [0] * (n - len(row)) for row in rows]
        for rows in zip(*pairs, strict=True)
    ]


def batch_of_torch(sequences):
    rows = [torch.tensor(s) for s in sequences]
    pad = torch.nn.utils.rnn.pad_sequence
    one = torch.tensor([1]), torch.tensor([2])
    given = pad([torch.cat([one[0], s]) for s in rows], batch_first=True)
    return given, pad([torch.cat([s, one[1]]) for s in rows], batch_first=True)


def beam_by_heap(beams, log_probabilities, width, end):
    found = [(tuple(t), s) for t, s in beams if t[-1] == end]
    for (tokens, score), row in zip(beams, log_probabilities, strict=True):
        if tokens[-1] != end:
            found += [((*tokens, k), score + p) for k, p in enumerate(row)]
    return heapq.nlargest(width, found, key=lambda beam: beam[1])


def beam_by_arrays(beams, log_probabilities, width, end):
    scores = np.array([s for _, s in beams])[:, None] + log_probabilities
    for b, (tokens, score) in enumerate(beams):
        if tokens[-1] == end:
            scores[b], scores[b, end] = -np.inf, score
    best = np.argsort(-scores, axis=None)[: min(width, np.isfinite(scores).sum())]
    found = []
    for place in best:
        b, token = divmod(int(place), scores.shape[1])
        tokens = beams[b][0]
        ended = tokens[-1] == end
        found.append((tokens if ended else [*tokens, token], scores.flat[place]))
    return found


CUT = ("targets = given.copy()\n    return given, targets",
       "return given[:, :-1], given[:, 1:]")  # fmt: skip
RESET = (
    "n = np.tanh(a[2] + b[2])",
    "r = 1 / (1 + np.exp(-(a[0] + b[0])))\n    n = np.tanh(a[2] + r * b[2])",
)
MIXED = ("(1 - z) * h + z * n", "z * h + (1 - z) * n")
STRICT = ("steps <= lengths", "steps < lengths")
PICKED = ("(losses * mask).mean()", "losses[mask].mean()")

RIGHT = [
    ("gates", (3, 2.5, 1.25, 0.5, 0.231)),
    ("gates", np.array([3, 2.5, 1.25, 0.5, 0.23], np.float32)),
    ("gates", cell()),
    ("conveyor", (0.36, 0.18, 1.8, 22)),
    ("conveyor", [0.8 * 0.5 * 0.9, 0.5 * 0.8 * 0.5 * 0.9, 2 * 0.9, 22.0]),
    ("counts", np.array([70, 210, 280, 680.0])),
    ("lstm_step", lstm_of_torch),
    ("lstm_step", lstm_by_units),
    ("lstm_step", lstm_of_the_package),
    ("lstm_step", lstm_in_float32),
    ("lstm_step", lambda *args: np.stack(lstm_by_units(*args))),
    ("lstm_step", lambda *args: torch.stack(lstm_of_torch(*args))),
    ("forget_bias", biases_of_one_half),
    ("forget_bias", biases_of_torch),
    ("forget_bias", biases_in_lists),
    ("gru_step", mended("gru_step", RESET, MIXED)),
    ("gru_step", gru_of_torch),
    ("gru_step", gru_by_blocks),
    ("ends", ends_by_loops),
    ("ends", ends_of_torch),
    ("masked_loss", mended("masked_loss", STRICT, PICKED)),
    ("masked_loss", loss_by_loops),
    ("masked_loss", loss_by_where),
    ("masked_loss", losses_of_torch),
    ("decoder_batch", mended("decoder_batch", CUT)),
    ("decoder_batch", batch_by_cutting),
    ("decoder_batch", batch_in_lists),
    ("decoder_batch", lambda sequences: np.array(batch_in_lists(sequences))),
    ("decoder_batch", batch_of_torch),
    ("beam_step", beam_by_heap),
    ("beam_step", beam_by_arrays),
    ("memory", memory((0, 500, 0, -250), (0, -80, 0, 40), (3, 0, 0, 0))),
    ("memory", memory((0, 30, 0, -20), (0, -30, 0, 10), (8, 1, 2, 0), (1, 1, 30, -15))),
    ("memory", np.array([memory()[k] for k in "ifgo"])),
    ("memory", {k: tuple(np.float32(x) for x in row) for k, row in memory().items()}),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "correct", verdict.message


# --------------------------------------------------------------- wrong, and told why

WRONG = [
    ("gates", [3, 2.5, 1.25, 0.5], "a list of 5 was expected"),
    ("conveyor", [0.36, 0.18, 1.8], "a list of 4 was expected"),
    ("counts", [70, 210, 280, "680"], "without quotes"),
    ("lstm_step", lambda x, h, c: (h, c), "takes 3 positional arguments"),
    ("lstm_step", lambda x, h, c, w, v, a, b: None, "None"),
    ("lstm_step", spoilt("lstm_step", ("axis=1", "axis=0")), "division"),
    ("lstm_step", spoilt("lstm_step", ("c = f * c +", "c *= f\n    c +=")),
     "changes its argument"),
    ("forget_bias", lambda state: None, "None"),
    ("forget_bias", spoilt("forget_bias", ("1.0 if", "1.5 if")), "bias_hh_l0, added up'"),
    ("forget_bias", lambda state: [*state.values()], "a list"),
    ("forget_bias", lambda state: {"bias_ih_l0": state["bias_ih_l0"]}, "is missing"),
    ("gru_step", mended("gru_step", ("a[2] + b[2]", "a[2] + r * b[2]")), "NameError"),
    ("ends", spoilt("ends", ("axis=1", "axis=0")), "shape"),
    ("ends", lambda output, lengths: output[lengths - 1], "IndexError"),
    ("masked_loss", lambda log_probabilities, targets: 0.0, "takes 2 positional"),
    ("decoder_batch", spoilt("decoder_batch", ("return given, targets", "return given")),
     "a tuple of 2"),
    ("decoder_batch", lambda sequences: ([[1, *s] for s in sequences],
     [[*s, 2] for s in sequences]), "Its rows have different lengths"),
    ("beam_step", lambda beams, log_probabilities, width, end: beams, "a list of 3 was expected"),
    ("memory", 3, "four numbers for each gate"),
    ("memory", {"i": [0, 20, 0, -10]}, "exactly the entries"),
    ("memory", {k: [1, 2, 3] for k in "ifgo"}, "four numbers for each gate"),
    ("memory", memory(g=(np.inf, 0, 0, 0)), "finite"),
    ("memory", memory(g=(5000, 0, 0, 0)), "are enough"),
    ("memory", memory(i=(0, 0, 0, 0)), "input gate should be open (1), and is 0.5"),
    ("memory", memory(i=(0, 20, 0, 0)), "input gate should be closed (0), and is 0.5"),
    ("memory", memory(i=(0, 0, 0, 10)), "input gate should be closed (0), and is 1"),
    ("memory", memory(f=(0, 0, 0, 10)), "forget gate should be closed (0), and is 1"),
    ("memory", memory(f=(0, 20, 0, -10)), "forget gate should be open (1), and is 0"),
    ("memory", memory(f=(0, -5, 0, 5)), "forget gate should be closed (0), and is 0.5"),
    ("memory", memory(g=(0, 10, 0, 0)), "The candidate is 1 there, and should be -1"),
    ("memory", memory(g=(1, 0, 0, 0)), "The candidate is 0.762"),
    ("memory", memory(g=(-10, 0, 0, 0)), "The candidate is -1 there, and should be 1"),
    ("memory", memory(o=(0, 0, 0, 10)), "output gate should be closed (0), and is 1"),
    ("memory", memory(o=(0, 0, 20, 0)), "output gate should be closed (0), and is 0.5"),
    ("memory", memory(o=(0, 0, 1, -1)), "output gate should be closed (0)"),
    ("memory", memory((0, 10, 0, -5), (0, -40, 0, 20)), "should be farther from 0"),
    ("memory", memory((0, 16, 0, -8), (0, -16, 0, 8)), "and is 0.99966. A little"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


def lstm_keras(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    a = x @ weight_ih.T + h @ weight_hh.T + bias_ih + bias_hh
    z = a.reshape(len(x), -1, 4)
    i, f, g, o = (z[..., k] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def shallow(state):
    state = dict(state)
    for name in state:
        if name.startswith("bias"):
            n = len(state[name]) // 4
            state[name][n : 2 * n] = 1 if "ih" in name else 0
    return state


def both_written_in(state):
    for name in state:
        if "bias" in name:
            size = len(state[name]) // 4
            state[name][size : 2 * size] = 1
    return state


def packed_order(output, lengths):
    half = output.shape[2] // 2
    rows = np.arange(len(lengths))
    return np.hstack(
        [output[rows, lengths - 1, :half], output[rows, lengths - 1, half:]]
    )


def averaged(log_probabilities, targets, lengths):
    own = -np.take_along_axis(log_probabilities, targets[:, :, None], axis=2)[..., 0]
    mask = np.arange(targets.shape[1]) < lengths[:, None]
    return np.average(own, weights=mask)


def mean_of_means(log_probabilities, targets, lengths):
    return np.mean([
        np.mean([-row[t, targets[n, t]] for t in range(lengths[n])])
        for n, row in enumerate(log_probabilities)
    ])  # fmt: skip


def ignored_0(log_probabilities, targets, lengths):
    (p,) = tensors(log_probabilities)
    return functional.nll_loss(p.transpose(1, 2), torch.tensor(targets), ignore_index=0)


def beam_greedy(beams, log_probabilities, width, end):
    found = []
    for (tokens, score), row in zip(beams, log_probabilities, strict=True):
        k = int(np.argmax(row))
        grown = ([*tokens, k], score + row[k])
        found.append((tokens, score) if tokens[-1] == end else grown)
    return sorted(found, key=lambda beam: -beam[1])[:width]


def as_the_chapter_does(state):
    new = {name: values.copy() for name, values in state.items()}
    for name in new:
        if name.startswith("bias_ih"):
            new[name].reshape(4, -1)[1] = 1
        elif name.startswith("bias_hh"):
            new[name] = np.zeros_like(new[name])
    return new


def reset_by(code):
    line = (RESET[1].splitlines()[0], f"r = {code}")
    return mended("gru_step", RESET, MIXED, line)


def beam_by_a_counter(beams, log_probabilities, width, end):
    found, r = [], 0
    for tokens, score in beams:
        if tokens[-1] == end:
            found.append((tokens, score))
            continue
        found += [([*tokens, k], score + p) for k, p in enumerate(log_probabilities[r])]
        r += 1
    return sorted(found, key=lambda beam: -beam[1])[:width]


TANH_G, SHOW = "i * np.tanh(g)", "o * np.tanh(c), c"
SORTED = ", reverse=True"

NAMED = [
    ("gates", [3, 3, 2, 0.5, 0.231], "sigmoid_on_the_candidate"),
    ("conveyor", [0.252, 0.126, 1.8, 22], "first_gate_too"),
    ("conveyor", [0.4, 0.2, 1.8, 22], "last_gate_left_out_of_two"),
    ("conveyor", [0.28, 0.14, 1.8, 22], "gates_before_in_two"),
    ("counts", (65, 195, 260, 640), "one_bias"),
    ("lstm_step", spoilt("lstm_step", ("i, f, g, o = np", "i, f, o, g = np")),
     "gates_in_another_order_ifog"),
    ("lstm_step", spoilt("lstm_step", ("i, f, g, o = np", "f, i, g, o = np")),
     "gates_in_another_order_figo"),
    ("lstm_step", lstm_keras, "columns_in_turn"),
    ("lstm_step", spoilt("lstm_step", (TANH_G, "i / (1 + np.exp(-g))")),
     "sigmoid_on_the_candidate"),
    ("lstm_step", spoilt("lstm_step", (SHOW, "o * c, c")), "tanh_forgotten"),
    ("lstm_step", spoilt("lstm_step", ("f * c", "f + c")), "forget_gate_added"),
    ("lstm_step", spoilt("lstm_step", (TANH_G, "i + np.tanh(g)")), "input_gate_added"),
    ("lstm_step", spoilt("lstm_step", ("    c = f", "    h, c = o * np.tanh(c), f"),
     (SHOW, "h, c")), "old_cell_shown"),
    ("lstm_step", spoilt("lstm_step", (" + bias_hh", "")), "one_bias"),
    ("lstm_step", spoilt("lstm_step", (SHOW, "c, o * np.tanh(c)")), "exchanged"),
    ("lstm_step", spoilt("lstm_step", ("f * c + i", "i * c + f")),
     "gates_in_another_order_figo"),
    ("lstm_step", spoilt("lstm_step", (TANH_G, "i * g")), "candidate_as_it_is"),
    ("lstm_step", spoilt("lstm_step", ("i, f, o = (", "i, f = ("), ("(i, f, o)", "(i, f)")),
     "output_gate_bare"),
    ("lstm_step", spoilt("lstm_step", ("np.split(a, 4, axis=1)",
     "a.reshape(4, len(x), -1)")), "reshaped"),
    ("lstm_step", spoilt("lstm_step", (SHOW, "(o * np.tanh(c),) * 2")), "state_twice"),
    ("lstm_step", spoilt("lstm_step", (SHOW, "o * np.tanh(c)")), "shown_only"),
    ("forget_bias", spoilt("forget_bias", ("else 0.0", "else 1.0")), "forget_gate_bias_of_2"),
    ("forget_bias", spoilt("forget_bias", ('startswith("bias")', 'startswith("bias_ih")')),
     "forget_gate_bias_of_ih_only"),
    ("forget_bias", spoilt("forget_bias", ("n : 2 * n", ":")), "all_gates"),
    ("forget_bias", spoilt("forget_bias", ("n : 2 * n", "2 * n : 3 * n")),
     "gates_in_another_order_block_3"),
    ("forget_bias", copy.deepcopy, "forget_gate_bias_not_set"),
    ("forget_bias", as_the_chapter_does, "other_bias_cleared"),
    ("forget_bias", spoilt("forget_bias", ("1.0 if", "0.73 if")),
     "gate_in_place_of_bias_0.73"),
    ("forget_bias", spoilt("forget_bias", ("1.0 if", "1 / (1 + np.exp(-1)) if")),
     "gate_in_place_of_bias_0.7311"),
    ("forget_bias", shallow, "in_place"),
    ("forget_bias", both_written_in, "forget_gate_bias_of_2_in_place"),
    ("gru_step", mended("gru_step", MIXED), "only_the_mixture_mended"),
    ("gru_step", mended("gru_step", RESET), "only_the_reset_mended"),
    ("gru_step", reset_by("a[0] + b[0]"), "reset_gate_bare"),
    ("gru_step", reset_by("np.tanh(a[0] + b[0])"), "reset_gate_through_tanh"),
    ("gru_step", reset_by("1 / (1 + np.exp(-a[0]))"), "reset_gate_of_the_input"),
    ("gru_step", mended("gru_step", RESET, MIXED, ("r * b", "r + b")), "reset_added"),
    ("gru_step", mended("gru_step", RESET, MIXED, ("a[0] + b[0]", "a[7] + b[7]"),
     ("a[1] + b[1]", "a[0] + b[0]"), ("[7]", "[1]")), "gates_in_another_order"),
    ("gru_step", mended("gru_step", RESET, MIXED, ("a[2] + r * b[2]",
     "a[2] + r * (b[2] - np.split(bias_hh, 3)[2]) + np.split(bias_hh, 3)[2]")),
     "bias_not_reset"),
    ("gru_step", mended("gru_step", RESET, MIXED, ("r * b[2]",
     "(r * h) @ np.split(weight_hh, 3)[2].T + np.split(bias_hh, 3)[2]")),
     "reset_before_the_product"),
    ("gru_step", mended("gru_step", RESET, MIXED, ("a[2] + r * b[2]",
     "r * (a[2] + b[2])")), "all_reset"),
    ("ends", lambda output, lengths: output[:, -1], "last_column"),
    ("ends", packed_order, "both_at_the_last_step"),
    ("ends", spoilt("ends", ("lengths - 1", "lengths")), "length_not_less_1"),
    ("ends", spoilt("ends", ("lengths - 1", "-1")), "forward_from_the_padding"),
    ("ends", spoilt("ends", ("np.arange(n), lengths", ":, lengths"), ("[:, 0, width",
     "[:, :1, width"), ("axis=1", "axis=2"), ("output[:, :1", "output[:, [0] * n")),
     "all_pairs"),
    ("masked_loss", mended("masked_loss", STRICT), "only_the_mask_mended"),
    ("masked_loss", mended("masked_loss", PICKED), "only_the_mean_mended"),
    ("masked_loss", averaged, "nan_left"),
    ("masked_loss", mended("masked_loss", STRICT, ("(losses * mask).mean()",
     "np.where(mask, losses, 0).mean()")), "loss_averaged_over_padding"),
    ("masked_loss", mended("masked_loss", STRICT, ("(losses * mask).mean()",
     "np.nanmean(losses * mask)")), "loss_averaged_over_padding_but_nan"),
    ("masked_loss", mended("masked_loss", STRICT, ("(losses * mask).mean()",
     "np.where(mask, losses, 0).sum() / (n * lengths.max())")),
     "loss_averaged_over_padding_to_the_longest"),
    ("masked_loss", mended("masked_loss", ("(losses * mask).mean()",
     "(losses * mask).sum() / lengths.sum()")), "mask_left_as_it_was"),
    ("masked_loss", mended("masked_loss", STRICT, ("return (losses * mask).mean()",
     "kept = np.where(mask, losses, 0)\n    return kept[kept > 0].mean()")),
     "zeros_left_out"),
    ("masked_loss", mean_of_means, "mean_of_means"),
    ("masked_loss", ignored_0, "not_0"),
    ("masked_loss", lambda p, t, n: losses_of_torch(p, t, 0 * n + t.shape[1]), "no_mask"),
    ("decoder_batch", mended("decoder_batch", ("given.copy()",
     "np.roll(given, -1, axis=1)")), "rolled"),
    ("decoder_batch", mended("decoder_batch", ("given.copy()", "given[:, 1:]")),
     "given_not_cut"),
    ("decoder_batch", mended("decoder_batch", ("return given,", "return given[:, :-1],")),
     "targets_not_cut"),
    ("decoder_batch", mended("decoder_batch", ("given.copy()",
     "np.roll(given, 1, axis=1)")), "rolled_back"),
    ("decoder_batch", spoilt("decoder_batch", ("[start, *s]", "[*s, end]")),
     "same_with_end"),
    ("decoder_batch", mended("decoder_batch", (CUT[0],
     "return given[:, 1:], given[:, :-1]")), "cut_the_wrong_way"),
    ("beam_step", beam_greedy, "greedy_for_each_beam"),
    ("beam_step", beam_by_a_counter, "rows_in_turn"),
    ("beam_step", spoilt("beam_step", ("        for token, log_p",
     "        candidates.append((tokens, score))\n        for token, log_p")),
     "old_beams_kept"),
    ("beam_step", spoilt("beam_step", ("score + log_p", "score * log_p")), "multiplied"),
    ("beam_step", spoilt("beam_step", ("tokens[-1] == end", "False")), "finished_go_on"),
    ("beam_step", spoilt("beam_step", ("candidates.append((tokens, score))\n", "pass\n")),
     "finished_dropped"),
    ("beam_step", spoilt("beam_step", (SORTED, "")), "worst_kept"),
    ("beam_step", spoilt("beam_step", ("[:width]", "")), "not_cut_off"),
    ("beam_step", spoilt("beam_step", ("key=lambda beam: beam[1], ", "")),
     "sorted_by_tokens"),
    ("beam_step", spoilt("beam_step", ("score + log_p", "np.exp(score) * np.exp(log_p)")),
     "longer_ones_as_probabilities"),
    ("beam_step", spoilt("beam_step", ("score + log_p", "log_p")), "score_replaced"),
]  # fmt: skip


def test_a_memory_that_is_just_too_far_off_shows_its_digits():
    soft = memory((0, 16, 0, -8), (0, -16, 0, 8))
    assert "should hold -1, and holds -0.9498." in ex("memory").check(soft).message


@pytest.mark.parametrize("order", [*itertools.permutations("ifgo")][1:])
def test_gates_in_any_other_order_are_named(order):
    step = spoilt("lstm_step", ("i, f, g, o = np", f"{', '.join(order)} = np"))
    verdict = ex("lstm_step").check(step)
    assert verdict.misconception == f"gates_in_another_order_{''.join(order)}"
    assert "in another order: " + ", ".join(order) in verdict.message


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    assert ex(name).check(answer).misconception == misconception


UNNAMED = [
    ("gates", [3, 2.5, 1.25, 0.6, 0.23]),
    ("conveyor", [0.36, 0.18, 1.8, 24]),
    ("counts", [70, 210, 280, 681]),
    ("lstm_step", spoilt("lstm_step", ("f * c", "f * h"))),
    ("lstm_step", spoilt("lstm_step", ("+ i *", "- i *"))),
    ("forget_bias", spoilt("forget_bias", ("1.0 if", "3.0 if"))),
    ("gru_step", spoilt("gru_step", ("z * h", "z + h"))),
    ("ends", lambda output, lengths: np.zeros((len(lengths), output.shape[2]))),
    ("masked_loss", spoilt("masked_loss", ("steps < lengths", "steps < 2 * lengths"))),
    ("decoder_batch", spoilt("decoder_batch", ("[*s, end]", "[*s, 3]"))),
    ("beam_step", spoilt("beam_step", ("score + log_p", "2 * score + log_p"))),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None


def test_the_time_is_what_an_evening_has():
    minutes = [e.minutes for e in module.EXERCISES]
    assert 60 <= sum(minutes) <= 90
    assert {e.kind for e in module.EXERCISES} == {"by hand", "code", "debug", "open"}
