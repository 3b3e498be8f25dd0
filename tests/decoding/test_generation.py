import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg.decoding import generate, greedy, probabilities

from .said import sentence_of


def count_up(tokens, state):
    """Each token is followed by the next of 0 1 2 3, and 3 by 0."""
    return 100.0 * np.eye(4)[(tokens + 1) % 4], state


def add(tokens, state):
    """The state is the sum of the tokens so far, and the next token is it, modulo 5."""
    state = tokens if state is None else state + tokens
    return 100.0 * np.eye(5)[state % 5], state


def test_the_state_goes_from_step_to_step_by_hand():
    # From 1: sums 1, 1+1 = 2, 2+2 = 4, 4+4 = 8 = 3, 8+3 = 11 = 1 (modulo 5)
    assert generate(add, None, 1, 5, rng=0).tolist() == [1, 2, 4, 3, 1]
    got = generate(add, None, [1, 0], 3, rng=0)
    assert got.tolist() == [[1, 2, 4], [0, 0, 0]]
    # A state that is handed in: 3 + 1 = 4, 4 + 4 = 8 = 3
    assert generate(add, np.array([3]), 1, 2, rng=0).tolist() == [4, 3]


def test_a_prompt_is_fed_in_first():
    # 1 + 2 + 1 = 4, then 8 = 3; and 3 + 0 + 0 = 3, then 6 = 1
    got = generate(add, None, np.array([[1, 2, 1], [3, 0, 0]]), 2, rng=0)
    assert got.tolist() == [[4, 3], [3, 1]]


def test_after_the_end_there_is_only_the_end():
    got = generate(count_up, None, [0, 2, 3], 4, rng=0, end=3)
    assert got.tolist() == [[1, 2, 3, 3], [3, 3, 3, 3], [0, 1, 2, 3]]


@pytest.mark.parametrize("whole", [np.int64, np.array, torch.tensor])
def test_numbers_may_be_numpys_or_torchs(whole):
    assert greedy(count_up, None, whole(0), whole(3), whole(9)) == [1, 2]
    got = generate(count_up, None, whole(0), whole(3), rng=0, end=whole(2))
    assert got.tolist() == [1, 2, 2]


def test_no_step_is_taken_that_nobody_needs():
    calls = []

    def step(tokens, state):
        calls.append(tokens.tolist())
        return count_up(tokens, state)

    generate(step, None, 2, 10, rng=0, end=3)
    assert calls == [[2]]
    calls.clear()
    generate(step, None, 0, 3, rng=0)
    assert calls == [[0], [1], [2]]


@pytest.mark.parametrize("nothing", [-np.inf, np.nan, np.inf])
def test_what_follows_the_end_is_not_looked_at(nothing):
    def step(tokens, state):
        table = 100.0 * np.eye(3)[[1, 2, 0]]
        table[2] = nothing  # 2 is the end
        return table[tokens], state

    got = generate(step, None, [0, 1], 4, rng=0, end=2)
    assert got.tolist() == [[1, 2, 2, 2], [2, 2, 2, 2]]
    assert greedy(step, None, [0, 1], end=2, most=4) == [[1], []]
    with pytest.raises(ValueError, match=r"generate: (all|the) logits"):
        generate(step, None, [0, 1], 4, rng=0)


def test_greedy_by_hand():
    assert greedy(count_up, None, 0, end=3, most=9) == [1, 2]
    assert greedy(count_up, None, 0, end=3, most=3) == [1, 2]
    assert greedy(count_up, None, 0, end=3, most=2) == [1, 2]  # cut off before the end
    assert greedy(count_up, None, 0, end=3, most=1) == [1]
    assert greedy(count_up, None, 2, end=3, most=9) == []
    assert greedy(count_up, None, [0, 2], end=3, most=9) == [[1, 2], []]
    assert greedy(count_up, None, 0, end=None, most=5) == [1, 2, 3, 0, 1]


# Chance


def bigram(seed, n_tokens=5):
    logits = np.random.default_rng(seed).normal(0, 2, (n_tokens, n_tokens))
    return logits, lambda tokens, state: (logits[tokens], state)


def test_pairs_come_as_often_as_the_model_says():
    logits, step = bigram(0)
    drawn = generate(step, None, np.zeros(2000, int), 20, rng=1, temperature=1.5)
    pairs = np.zeros((5, 5))
    np.add.at(pairs, (drawn[:, :-1].ravel(), drawn[:, 1:].ravel()), 1)
    share = pairs / pairs.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(share, probabilities(logits, 1.5), atol=0.02)


def test_the_settings_reach_the_draw():
    logits, step = bigram(0)
    start = np.zeros(500, int)
    best = logits[0].argsort()[::-1]
    assert set(generate(step, None, start, 1, 0, top_k=2)[:, 0]) == set(best[:2])
    assert set(generate(step, None, start, 1, 0, top_p=1e-3)[:, 0]) == {best[0]}
    assert set(generate(step, None, start, 1, 0, temperature=0)[:, 0]) == {best[0]}


def test_a_seed_can_be_repeated():
    _, step = bigram(3)
    a, b, c = (generate(step, None, [0, 1], 30, rng=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


# Both engines


def language_model(engine, cell):
    """A small model of either engine, with weights that NumPy drew."""
    nn, rng = engine.nn, np.random.default_rng(0)
    table, rnn = nn.Embedding(7, 3), getattr(nn, cell)(3, 5, num_layers=2)
    out = nn.Linear(5, 7)
    parts = {"table": table, "rnn": rnn, "out": out}
    for part in parts.values():
        state = part.state_dict()
        new = {k: rng.normal(0, 1, tuple(v.shape)) for k, v in state.items()}
        part.load_state_dict(
            {k: engine.tensor(v.astype(np.float32)) for k, v in new.items()}
        )

    def step(tokens, state):
        output, state = rnn(table(engine.tensor(tokens))[None], state)
        return out(output[0]), state

    return step


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_both_engines_write_the_same(cell):
    ours, theirs = (language_model(engine, cell) for engine in (lp, torch))
    got = generate(ours, None, [0, 3, 6], 20, rng=0, temperature=1.3, end=2)
    want = generate(theirs, None, [0, 3, 6], 20, rng=0, temperature=1.3, end=2)
    np.testing.assert_array_equal(got, want)
    assert len(np.unique(got)) > 3
    many = greedy(ours, None, np.arange(7), 2, most=9)
    assert many == greedy(theirs, None, np.arange(7), 2, most=9)
    assert many == [greedy(ours, None, k, 2, most=9) for k in range(7)]


@pytest.mark.parametrize("engine", [lp, torch])
def test_no_graph_grows(engine):
    inner, seen = language_model(engine, "LSTM"), []

    def step(tokens, state):
        if state is not None:
            seen.extend(part.requires_grad for part in state)
        return inner(tokens, state)

    generate(step, None, 0, 4, rng=0)
    assert seen == [False] * 6


# Error sentences

FIRST = "generate: it must start from a token, (N,) tokens or (N, T) prompts, whole numbers, but "


@pytest.mark.parametrize(
    ("first", "what"),
    [
        ("The", "<U3 of shape ()"),
        ([0.5], "float64 of shape (1,)"),
        ([], "float64 of shape (0,)"),
        (np.zeros((1, 1, 1), int), "int64 of shape (1, 1, 1)"),
        (True, "bool of shape ()"),
    ],
)
def test_what_is_no_start(first, what):
    assert sentence_of(ValueError, generate, count_up, None, first, 3, 0) == (
        f"{FIRST}{what} came. Encode text first, with a Vocabulary."
    )


@pytest.mark.parametrize(
    ("answer", "error_type", "sentence"),
    [
        (
            np.zeros((1, 4)),
            TypeError,
            "step must return (logits, state), but ndarray came. "
            "Where there is no state, return (logits, None).",
        ),
        (
            (np.zeros((1, 1, 4)), None),
            ValueError,
            "for 1 tokens step must return logits of shape (1, K), but came with shape "
            "(1, 1, 4). Of (N, T, K) return logits[:, -1].",
        ),
        (
            (np.zeros((2, 4)), None),
            ValueError,
            "for 1 tokens step must return logits of shape (1, K), but came with shape "
            "(2, 4). Of (N, T, K) return logits[:, -1].",
        ),
    ],
)
def test_answers_of_step_that_do_not_fit(answer, error_type, sentence):
    said = sentence_of(error_type, generate, lambda *_: answer, None, 0, 3, rng=0)
    assert said == f"generate: {sentence}"
    said = sentence_of(error_type, greedy, lambda *_: answer, None, 0, 3, most=3)
    assert said == f"greedy: {sentence}"


def test_other_sentences():
    assert sentence_of(ValueError, generate, count_up, None, [0, -1], 3, 0) == (
        "generate: it cannot start from -1, for tokens are numbered from 0. "
        "Give numbers in the vocabulary."
    )
    assert sentence_of(TypeError, greedy, "model", None, 0, 3, 3) == (
        "greedy: step must be a function of tokens and state, but str came. "
        "Give for example model.step."
    )
    assert sentence_of(ValueError, greedy, count_up, None, [[0], [1, 2]], 3, 3) == (
        "greedy: what it starts from has rows of different lengths, which make no array. "
        "Give as many numbers in each."
    )
    assert sentence_of(ValueError, generate, count_up, None, 0, 0, 0) == (
        "generate: n=0 must be a whole number of at least 1. Give such a number."
    )
    assert sentence_of(ValueError, generate, count_up, None, 0, 3, 0, end=4) == (
        "generate: end=4 is none of the 4 tokens that step scores. "
        "Give its number in the vocabulary."
    )
    assert sentence_of(TypeError, generate, count_up, None, 0, 3, None) == (
        "generate: rng must be a NumPy generator or a seed, but NoneType came. "
        "Give for example np.random.default_rng(0)."
    )
    assert sentence_of(ValueError, greedy, count_up, None, 0, 3, 0) == (
        "greedy: most=0 must be a whole number of at least 1. Give such a number."
    )
