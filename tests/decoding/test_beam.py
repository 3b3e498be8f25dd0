import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.decoding import (
    Beam,
    beam_search,
    greedy,
    log_probabilities,
    reorder,
)

from .said import quick, sentence_of
from .test_generation import language_model

END = 2


def table(rows):
    """A step function that looks at the last token only."""
    with np.errstate(divide="ignore"):
        logs = np.log(np.array(rows, float))
    return lambda tokens, state: (logs[tokens], state)


# Start 0. From 0: to 0 with 0.5, to 1 with 0.4, to the end with 0.1. From 1: surely the end.
STEP = table([[0.5, 0.4, 0.1], [0, 0, 1], [1, 0, 0]])


def found(beams):
    return [(b.tokens, round(math.exp(b.log_probability), 12)) for b in beams]


def test_by_hand():
    # Two steps. Width 2 keeps (0) with 0.5 and (1) with 0.4; then 0.5 * 0.5, 0.5 * 0.4 and
    # 0.5 * 0.1 stand against 0.4 * 1.
    beams = beam_search(STEP, None, 0, END, most=2, width=2)
    assert found(beams) == [((1,), 0.4), ((0, 0), 0.25)]
    assert [b.finished for b in beams] == [True, False]
    # Width 1 takes 0 and 0 again, as greedy does, and misses 0.4.
    beams = beam_search(STEP, None, 0, END, most=2, width=1)
    assert found(beams) == [((0, 0), 0.25)]
    # Width 3 keeps the end at once, with 0.1, as well; 0.5 * 0.4 = 0.2 pushes it out.
    beams = beam_search(STEP, None, 0, END, most=1, width=3)
    assert found(beams) == [((0,), 0.5), ((1,), 0.4), ((), 0.1)]
    beams = beam_search(STEP, None, 0, END, most=2, width=3)
    assert found(beams) == [((1,), 0.4), ((0, 0), 0.25), ((0, 1), 0.2)]


def test_a_beam_holds_plain_numbers():
    for end in (END, np.int64(END), torch.tensor(END)):
        beam = beam_search(STEP, None, np.int64(0), end, most=2, width=2)[0]
        assert beam == Beam((1,), math.log(0.4), math.log(0.4), True)
        assert [type(v) for v in (*beam.tokens, beam.score)] == [int, float]
        assert beam.finished is True


def test_a_finished_beam_is_kept_and_not_gone_on_with():
    # The end comes at once with 0.6; what goes on has 0.4 and falls.
    step = table([[0.4, 0, 0.6], [1, 0, 0], [1, 0, 0]])
    beams = beam_search(step, None, 0, END, most=3, width=2)
    # 0.4 * 0.6 = 0.24, and 0.4 * 0.4 = 0.16 is pushed out: all kept ones are finished.
    assert found(beams) == [((), 0.6), ((0,), 0.24)]
    assert all(b.finished for b in beams)


def test_the_length_penalty_by_hand():
    # log 0.25 at length 1 (the end alone) against log 0.1875 = log(0.75 * 0.25) at 2.
    step = table([[0, 0.75, 0.25], [0.75, 0, 0.25], [1, 0, 0]])
    plain, fair = (
        beam_search(step, None, 0, END, most=2, width=3, length_penalty=alpha)
        for alpha in (0.0, 1.0)
    )
    # Unfinished (1, 0) with 0.5625 leads both times; then without penalty (), else (1,).
    assert [b.tokens for b in plain] == [(1, 0), (), (1,)]
    assert plain[1].score == plain[1].log_probability == pytest.approx(math.log(0.25))
    # Of length 1, (5 + 1) / 6 = 1 divides; of length 2, (5 + 2) / 6 = 7/6.
    #   log 0.25 = -1.386, log 0.1875 / (7/6) = -1.674 / 1.1667 = -1.435
    assert [b.tokens for b in fair] == [(1, 0), (), (1,)]
    assert fair[1].score == pytest.approx(math.log(0.25))
    assert fair[2].score == pytest.approx(math.log(0.1875) * 6 / 7)
    assert fair[2].log_probability == pytest.approx(math.log(0.1875))
    # With alpha = 2 it is -1.674 * 36/49 = -1.230, and the longer one leads.
    far = beam_search(step, None, 0, END, most=2, width=3, length_penalty=2)
    assert [b.tokens for b in far] == [(1, 0), (1,), ()]


def test_what_cannot_be_is_no_sequence():
    step = table([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    assert found(beam_search(step, None, 0, END, most=5, width=9)) == [((1,), 1.0)]


def test_equals_come_in_the_order_in_which_they_were_found():
    step = table(np.full((3, 3), 1 / 3))
    beams = beam_search(step, None, 0, None, most=2, width=4)
    assert [b.tokens for b in beams] == [(0, 0), (0, 1), (0, 2), (1, 0)]


# A model that remembers: the state matters, and so does its order


def remembering(seed, n_tokens):
    """An Elman network in NumPy with h (1, N, H), whose weights are large."""
    rng = np.random.default_rng(seed)
    embedding, w = rng.normal(0, 1, (n_tokens, 4)), rng.normal(0, 1, (4, 4))
    out = rng.normal(0, 2, (4, n_tokens))

    def step(tokens, state):
        h = np.zeros((1, len(tokens), 4)) if state is None else state
        h = np.tanh(embedding[tokens] + h @ w)
        return h[0] @ out, h

    return step


def rescored(step, start, tokens, end):
    """The log probability of a sequence, told by feeding it through, alone."""
    state, last, total = None, start, 0.0
    for token in [*tokens, *([] if end is None else [end])]:
        logits, state = step(np.array([last]), state)
        total += float(log_probabilities(logits)[0, token])
        last = token
    return total


def exhaustive(step, n_tokens, start, end, most, alpha):
    """All sequences there are: of `most` tokens without an end, and with an end."""
    others = [k for k in range(n_tokens) if k != end]
    every = []
    for length in range(most + 1):
        for tokens in itertools.product(others, repeat=length):
            if length < most:
                every.append((tokens, True))
            else:
                every.append((tokens, False))
    made = []
    for tokens, finished in every:
        log_p = rescored(step, start, tokens, end if finished else None)
        score = log_p / ((5 + len(tokens) + finished) / 6) ** alpha
        made.append(Beam(tokens, log_p, score, finished))
    return sorted(made, key=lambda b: -b.score)


def assert_same(got, want):
    assert [b.tokens for b in got] == [b.tokens for b in want]
    assert [b.finished for b in got] == [b.finished for b in want]
    for name in ("log_probability", "score"):
        np.testing.assert_allclose(
            [getattr(b, name) for b in got],
            [getattr(b, name) for b in want],
            rtol=1e-5,
            atol=1e-5,
        )


@quick
@given(
    st.integers(0, 10**6),
    st.integers(3, 4),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.6, 1.0, 3.0]),
)
def test_wide_enough_it_is_exhaustive(seed, n_tokens, most, alpha):
    step = remembering(seed, n_tokens)
    want = exhaustive(step, n_tokens, 1, END, most, alpha)
    got = beam_search(step, None, 1, END, most, len(want), alpha)
    assert_same(got, want)
    # All that can happen, happens: the probabilities sum to 1.
    assert sum(math.exp(b.log_probability) for b in got) == pytest.approx(1)


@quick
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_width_1_is_greedy(seed, most):
    step = remembering(seed, 5)
    (beam,) = beam_search(step, None, 1, END, most, width=1)
    assert list(beam.tokens) == greedy(step, None, 1, END, most)
    end = END if beam.finished else None
    assert beam.log_probability == pytest.approx(rescored(step, 1, beam.tokens, end))


def plain(step, start, end, most, width, alpha, n_tokens):
    """Beam search from the definition: no state, each sequence fed through from its start."""
    kept = [((), False, 0.0)]

    def score(beam):
        tokens, finished, log_p = beam
        return log_p / ((5 + len(tokens) + finished) / 6) ** alpha

    for _ in range(most):
        new = []
        for tokens, finished, log_p in kept:
            if finished:
                new.append((tokens, finished, log_p))
                continue
            for k in range(n_tokens):
                longer = tokens if k == end else (*tokens, k)
                of_end = end if k == end else None
                total = rescored(step, start, longer, of_end)
                new.append((longer, k == end, total))
        kept = sorted(new, key=score, reverse=True)[:width]
    return [Beam(t, log_p, score((t, f, log_p)), f) for t, f, log_p in kept]


@quick
@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.7, 2.0]),
)
def test_as_told_from_the_definition(seed, most, width, alpha):
    step = remembering(seed, 5)
    got = beam_search(step, None, 3, END, most, width, alpha)
    assert_same(got, plain(step, 3, END, most, width, alpha, 5))


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("engine", [lp, torch])
def test_the_states_of_both_engines_follow_their_beams(engine, cell):
    step, orders = language_model(engine, cell), []

    def noted(state, index):
        orders.append(index.tolist())
        return reorder(state, index)

    beams = beam_search(step, None, 1, END, most=6, width=5, reorder=noted)
    assert beams == beam_search(step, None, 1, END, most=6, width=5)
    assert any(order != list(range(len(order))) for order in orders[1:])
    assert_same(beams, plain(step, 1, END, 6, 5, 0.0, 7))


@pytest.mark.parametrize("cell", ["RNNCell", "LSTMCell", "GRUCell"])
def test_the_states_of_cells_follow_their_beams(cell):
    torch.manual_seed(0)
    rows, rnn, out = (
        torch.randn(7, 3) * 2,
        getattr(torch.nn, cell)(3, 5),
        torch.nn.Linear(5, 7),
    )

    def step(tokens, state):
        state = rnn(rows[tokens], state)
        return 3 * out(state[0] if cell == "LSTMCell" else state), state

    beams = beam_search(step, None, 1, END, most=5, width=4)
    assert_same(beams, plain(step, 1, END, 5, 4, 0.0, 7))


def test_a_wrong_order_of_states_is_found():
    """Proof that the tests above can fail."""
    step = remembering(0, 5)
    wrong = beam_search(
        step, None, 3, END, 5, 4, reorder=lambda state, index: state[:, : len(index)]
    )
    right = plain(step, 3, END, 5, 4, 0.0, 5)
    assert [b.log_probability for b in wrong] != [b.log_probability for b in right]


def test_a_state_of_ones_own():
    inner = remembering(4, 5)

    def step(tokens, state):
        logits, h = inner(tokens, None if state is None else state["h"])
        return logits, {"h": h}

    got = beam_search(
        step,
        None,
        3,
        END,
        4,
        3,
        reorder=lambda state, index: {"h": reorder(state["h"], index)},
    )
    assert_same(got, beam_search(inner, None, 3, END, 4, 3))


def test_it_starts_from_a_state():
    step = remembering(4, 5)
    _, state = step(np.array([3]), None)
    got = beam_search(step, state, 1, None, most=3, width=4)
    logits, h = step(np.array([1]), state)
    first = log_probabilities(logits)[0]
    for beam in got:
        rest = first[beam.tokens[0]]
        after, last = h, beam.tokens[0]
        for token in beam.tokens[1:]:
            logits, after = step(np.array([last]), after)
            rest += log_probabilities(logits)[0, token]
            last = token
        assert beam.log_probability == pytest.approx(rest)


def test_only_as_many_steps_as_it_takes():
    calls = []

    def step(tokens, state):
        calls.append(tokens.tolist())
        return STEP(tokens, state)

    beam_search(step, None, 1, END, most=50, width=4)
    assert calls == [[1]]  # from 1 only the end can follow


# Error sentences


def count(tokens, state):
    return np.zeros((len(tokens), 3)), state


@pytest.mark.parametrize(
    ("changed", "error_type", "sentence"),
    [
        (
            {"width": 0},
            ValueError,
            "width=0 must be a whole number of at least 1. Give such a number.",
        ),
        (
            {"most": 2.5},
            ValueError,
            "most=2.5 must be a whole number of at least 1. Give such a number.",
        ),
        (
            {"length_penalty": -1},
            ValueError,
            "length_penalty=-1 must be from 0 to 10. Give such a number.",
        ),
        (
            {"start": "<start>"},
            ValueError,
            "start='<start>' must be a whole number of at least 0. Give such a number.",
        ),
        (
            {"start": [1, 2]},
            ValueError,
            "start=[1, 2] must be a whole number of at least 0. Give such a number.",
        ),
        (
            {"end": 3},
            ValueError,
            "end=3 is none of the 3 tokens that step scores. "
            "Give its number in the vocabulary.",
        ),
        (
            {"step": lambda tokens, state: None},
            TypeError,
            "step must return (logits, state), but NoneType came. "
            "Where there is no state, return (logits, None).",
        ),
        (
            {"state": np.zeros((2, 7, 5))},
            ValueError,
            "step was asked for 1 sequences, but axis 1 of a state with shape (2, 7, 5) is "
            "of 7. Start from the state of one sequence, or give a function "
            "reorder(state, index) of your own.",
        ),
    ],
)
def test_what_is_refused(changed, error_type, sentence):
    given = {"step": count, "state": None, "start": 0, "end": 2, "most": 3} | changed
    assert sentence_of(error_type, beam_search, **given) == f"beam_search: {sentence}"
