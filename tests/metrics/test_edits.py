import functools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.metrics import edit_distance, error_rate

from .said import quick, sentence_of


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("kitten", "sitting", 3),
        ("abc", "abc", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("", "", 0),
        ("abc", "bc", 1),
        ("abc", "xabc", 1),
        ("ab", "ba", 2),  # a swap is two edits
        ("abcd", "wxyz", 4),
        ("intention", "execution", 5),
    ],
)
def test_by_hand(a, b, distance):
    assert edit_distance(a, b) == distance
    assert edit_distance(b, a) == distance


def test_any_sequence_of_tokens():
    assert edit_distance(["the", "cat", "sat"], ["the", "dog", "sat", "down"]) == 2
    assert edit_distance([1, 2, 3], np.array([1, 3])) == 1
    assert edit_distance(torch.tensor([1, 2]), lp.tensor([1, 2])) == 0
    assert edit_distance((1, "a"), [1.0, "a", None]) == 1
    assert edit_distance(b"ab", b"ac") == 1


@pytest.mark.parametrize("make", [torch.tensor, lp.tensor, np.array])
def test_tokens_may_be_tensors_of_one_number(make):
    row = [make(1), make(2)]
    assert edit_distance(row, [1, 2]) == 0
    assert edit_distance([1, 3], row) == 1
    assert edit_distance(list(make([1, 2])), row) == 0
    assert error_rate([row], [[1, 2]]) == 0


def test_error_rate_by_hand():
    # 3 edits of 7 characters, and 0 of 3; a mean of the rates would be 3/14.
    assert error_rate(["kitten", "abc"], ["sitting", "abc"]) == 3 / 10
    assert error_rate(["xxxx"], ["a"]) == 4  # above 1
    assert error_rate([[1, 2], []], [[1, 2], [3]]) == 1 / 3
    # Words instead of characters: 1 of 2.
    assert error_rate([["good", "day"]], [["good", "bye"]]) == 1 / 2
    assert error_rate(np.array([[1, 2]]), np.array([[1, 3]])) == 1 / 2
    assert error_rate(["", "a"], ["", "a"]) == 0


# Against the definition


def plain(a, b):
    @functools.cache
    def d(i, j):
        if not i or not j:
            return i + j
        replaced = d(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        return min(d(i - 1, j) + 1, d(i, j - 1) + 1, replaced)

    return d(len(a), len(b))


words = st.text("abc", max_size=9)


@quick
@given(words, words)
def test_as_told_from_the_definition(a, b):
    assert edit_distance(a, b) == plain(a, b)


@quick
@given(words, words, words)
def test_it_is_a_distance(a, b, c):
    ab, bc, ac = edit_distance(a, b), edit_distance(b, c), edit_distance(a, c)
    assert (ab == 0) == (a == b)
    assert ab == edit_distance(b, a)
    assert ac <= ab + bc
    assert abs(len(a) - len(b)) <= ab <= max(len(a), len(b))
    assert edit_distance(a + c, b + c) <= ab


def test_long_sequences_take_a_row_at_a_time():
    a = np.random.default_rng(0).integers(0, 4, 3000)
    b = np.delete(a, [5, 700, 2999])
    b[1000] = 9
    assert edit_distance(a, b) == 4


# Error sentences


def test_what_are_no_sequences():
    pairs = [torch.ones(2), torch.zeros(2)]
    unordered = {1, 2}, {"a": 1}, {"a": 1}.keys()
    for a in (3, None, [[1], [2]], np.ones((2, 2)), pairs, *unordered):
        shown = a.tolist() if isinstance(a, np.ndarray) else a
        assert sentence_of(TypeError, edit_distance, a, "ab") == (
            "edit_distance: a sequence of tokens must be a string, or a list of strings "
            f"or numbers, but {shown!r:.40} came. Give one row of tokens."
        )


def test_what_are_no_lists_of_sequences():
    assert sentence_of(TypeError, error_rate, "abc", ["abc"]) == (
        "error_rate: predicted must be a list of sequences, but str came. "
        "For one pair give lists of one."
    )
    assert sentence_of(TypeError, error_rate, ["abc"], 3) == (
        "error_rate: target must be a list of sequences, but int came. "
        "For one pair give lists of one."
    )
    for sequences in ({"abc"}, {"a": "abc"}):
        assert sentence_of(TypeError, error_rate, sequences, ["abc"]) == (
            f"error_rate: predicted must be a list of sequences, but "
            f"{type(sequences).__name__} came. For one pair give lists of one."
        )
    assert sentence_of(TypeError, error_rate, [1, 2], [1, 2]) == (
        "error_rate: a sequence of tokens must be a string, or a list of strings or "
        "numbers, but 1 came. Give one row of tokens."
    )
    assert sentence_of(ValueError, error_rate, ["a"], ["a", "b"]) == (
        "error_rate: predicted has 1 sequences, but target has 2. "
        "Give both for the same examples."
    )
    for nothing in ([], [""]):
        assert sentence_of(ValueError, error_rate, nothing, nothing) == (
            "error_rate: the targets hold no token, and a share of nothing is undefined. "
            "Give at least one sequence that is not empty."
        )
