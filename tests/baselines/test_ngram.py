import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.baselines import NGram
from lessons_pkg.decoding import beam_search, generate, log_probabilities
from lessons_pkg.metrics import perplexity

from .said import quick, sentence_of

# By hand: a text of 0 and 1, with a token 2 that never comes.
TEXT = [0, 0, 1, 0, 1]


def test_one_token_by_hand():
    # 3 times 0, 2 times 1, so c = 5 and m = 2: (c(w) + 2 * 1/3) / 7
    model = NGram(1, 3).fit(TEXT)
    want = np.array([3 + 2 / 3, 2 + 2 / 3, 2 / 3]) / 7
    np.testing.assert_allclose(model.distribution([]), want)
    np.testing.assert_allclose(model.distribution([1, 1]), want)  # context is not seen
    np.testing.assert_allclose(
        model.log_probabilities([2, 0, 1]), np.log(want[[2, 0, 1]])
    )


def test_two_tokens_by_hand():
    # After 0 came 0 once and 1 twice: c = 3, m = 2. After 1 came 0 once: c = 1, m = 1.
    one = np.array([11, 8, 2]) / 21
    after_0 = (np.array([1, 2, 0]) + 2 * one) / 5
    after_1 = (np.array([1, 0, 0]) + 1 * one) / 2
    model = NGram(2, 3).fit(TEXT)
    np.testing.assert_allclose(model.distribution([0]), after_0)
    np.testing.assert_allclose(model.distribution([0, 1]), after_1)
    np.testing.assert_allclose(model.distribution([2]), one)  # 2 was never seen
    np.testing.assert_allclose(
        model.log_probabilities([0, 1, 0, 2, 2]),
        np.log([one[0], after_0[1], after_1[0], after_0[2], one[2]]),
    )


def test_the_last_context_of_the_text_was_never_followed():
    # 1 stands only at the end. Nothing followed it, and so it tells nothing.
    model = NGram(2, 2).fit([0, 0, 1])
    np.testing.assert_allclose(model.distribution([1]), model.distribution([]))


def test_a_text_shorter_than_the_n_grams():
    short, long = (NGram(order, 3).fit([1, 2]) for order in (2, 9))
    context = [0, 1, 1, 1]
    np.testing.assert_array_equal(
        long.distribution(context), short.distribution(context)
    )
    assert NGram(3, 1).fit([0]).distribution([0, 0, 0]) == [1.0]


# Against the definition


def plain(w, h, ids, n_tokens):
    """p(w | h) of Witten and Bell, by going through the text for each number."""
    h = tuple(h)
    lower = plain(w, h[1:], ids, n_tokens) if h else 1 / n_tokens
    starts = range(len(ids) - len(h))
    after = [ids[i + len(h)] for i in starts if tuple(ids[i : i + len(h)]) == h]
    if not after:
        return lower
    kinds = len(set(after))
    return (after.count(w) + kinds * lower) / (len(after) + kinds)


@st.composite
def texts(draw):
    n_tokens = draw(st.integers(1, 4))
    ids = st.lists(st.integers(0, n_tokens - 1), min_size=1, max_size=40)
    return draw(st.integers(1, 5)), n_tokens, draw(ids), draw(ids)


@quick
@given(texts())
def test_as_told_from_the_definition(drawn):
    order, n_tokens, training, test = drawn
    model = NGram(order, n_tokens).fit(training)
    want = [
        plain(w, test[max(0, t - order + 1) : t], training, n_tokens)
        for t, w in enumerate(test)
    ]
    np.testing.assert_allclose(np.exp(model.log_probabilities(test)), want, rtol=1e-12)
    # The distribution after each beginning of the text says the same.
    for t, p in enumerate(want):
        row = model.distribution(test[:t])
        assert row[test[t]] == pytest.approx(p, rel=1e-12)
        assert row.sum() == pytest.approx(1, rel=1e-12)
        assert (row > 0).all()


@quick
@given(texts(), st.integers(0, 6), st.integers(0, 3))
def test_several_contexts_at_once(drawn, length, n):
    order, n_tokens, training, _ = drawn
    model = NGram(order, n_tokens).fit(training)
    contexts = np.random.default_rng(length).integers(0, n_tokens, (n, length))
    got = model.distribution(contexts)
    assert got.shape == (n, n_tokens)
    for row, context in zip(got, contexts, strict=True):
        np.testing.assert_array_equal(row, model.distribution(context))


def test_one_token_as_a_count_with_pseudo_counts():
    """Order 1 is the share of each token, with m / K of each added: scikit-learn's alpha."""
    from sklearn.naive_bayes import CategoricalNB

    ids = np.random.default_rng(0).integers(0, 6, 50)
    bayes = CategoricalNB(alpha=len(set(ids)) / 7, min_categories=7)
    bayes.fit(ids[:, None], np.zeros(50, int))
    want = np.exp(bayes.feature_log_prob_[0][0])
    np.testing.assert_allclose(NGram(1, 7).fit(ids).distribution([]), want)


# What it is for


def test_a_longer_context_is_worth_having_where_there_is_one_to_see():
    # Each token is the sum of the two before it, modulo 5, but one time in ten.
    rng, ids = np.random.default_rng(0), [1, 2]
    for noise in rng.random(4000):
        ids.append((ids[-1] + ids[-2]) % 5 if noise > 0.1 else int(rng.integers(5)))
    found = [
        perplexity(NGram(order, 5).fit(ids[:3000]).log_probabilities(ids[3000:]))
        for order in (1, 2, 3, 4)
    ]
    # Entropy: 0.92 of the sum, and 0.02 of each of four others.
    best = np.exp(-(0.92 * np.log(0.92) + 4 * 0.02 * np.log(0.02)))
    assert found[0] == pytest.approx(5, abs=0.1)
    assert found[1] == pytest.approx(5, abs=0.1)
    assert best < found[2] < 1.1 * best
    assert found[2] < found[3] < 1.3 * best  # more contexts, each seen less often


def test_it_is_a_step_function():
    model = NGram(3, 4).fit(np.random.default_rng(0).integers(0, 4, 60))
    logits, state = model.step(np.array([1, 2]))
    logits, state = model.step(np.array([3, 0]), state)
    np.testing.assert_allclose(np.exp(logits), model.distribution([[1, 3], [2, 0]]))
    logits, state = model.step(np.array([2, 2]), state)
    np.testing.assert_allclose(np.exp(logits), model.distribution([[3, 2], [0, 2]]))
    assert state.shape == (2, 2)
    text = generate(model.step, None, np.zeros(500, int), 2, rng=0)
    share = np.bincount(text[:, 0], minlength=4) / 500
    np.testing.assert_allclose(share, model.distribution([0]), atol=0.05)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_beams_have_the_probability_that_the_model_gives(order):
    model = NGram(order, 5).fit(np.random.default_rng(1).integers(0, 5, 80))
    for beam in beam_search(model.step, None, 3, None, most=4, width=6):
        want = model.log_probabilities([3, *beam.tokens])[1:].sum()
        assert beam.log_probability == pytest.approx(want)


@pytest.mark.parametrize("make", [torch.tensor, lp.tensor, list])
def test_ids_may_be_tensors(make):
    model = NGram(2, 3).fit(make(TEXT))
    np.testing.assert_array_equal(
        model.log_probabilities(make(TEXT)),
        NGram(2, 3).fit(TEXT).log_probabilities(TEXT),
    )


def test_to_fit_again_forgets():
    model = NGram(2, 3).fit([2, 2, 2, 2]).fit(TEXT)
    want = NGram(2, 3).fit(TEXT).distribution([0])
    np.testing.assert_array_equal(model.distribution([0]), want)
    np.testing.assert_allclose(log_probabilities(np.log(want)), np.log(want))


# Error sentences


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (
            [0, 3],
            "ids holds 3, but with n_tokens=3 tokens are from 0 to 2. "
            "Give n_tokens=len(vocabulary).",
        ),
        (
            [0, -1],
            "ids holds -1, but with n_tokens=3 tokens are from 0 to 2. "
            "Give n_tokens=len(vocabulary).",
        ),
        (
            "text",
            "ids must be whole numbers (T,), but <U4 of shape () came. "
            "Encode text first, with a Vocabulary.",
        ),
        (
            [0.0, 1.0],
            "ids must be whole numbers (T,), but float64 of shape (2,) came. "
            "Encode text first, with a Vocabulary.",
        ),
        (
            [[0, 1]],
            "ids must be whole numbers (T,), but int64 of shape (1, 2) came. "
            "Encode text first, with a Vocabulary.",
        ),
        ([], "ids are empty. Give at least one token."),
    ],
)
def test_what_is_no_text(ids, sentence):
    assert sentence_of(ValueError, NGram(2, 3).fit, ids) == f"NGram: {sentence}"


def test_other_sentences():
    assert sentence_of(ValueError, NGram, 0, 3) == (
        "NGram: order=0 must be a whole number of at least 1. Give such a number."
    )
    assert sentence_of(ValueError, NGram, 2, "abc") == (
        "NGram: n_tokens='abc' must be a whole number of at least 1. Give such a number."
    )
    for f in (NGram(2, 3).log_probabilities, NGram(2, 3).distribution):
        assert sentence_of(ValueError, f, [0]) == (
            "NGram: nothing was counted yet. Call fit(ids) first."
        )
    model = NGram(2, 3).fit(TEXT)
    assert sentence_of(ValueError, model.distribution, 0) == (
        "NGram: context must be whole numbers (L,) or (N, L), but int64 of shape () came. "
        "Encode text first, with a Vocabulary."
    )
    assert model.log_probabilities([]).shape == (0,)
