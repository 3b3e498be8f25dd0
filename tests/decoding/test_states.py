from typing import NamedTuple

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg.decoding import reorder
from lessons_pkg.decoding.states import detached

from .said import sentence_of

MAKERS = [np.asarray, torch.tensor, lp.tensor]


@pytest.mark.parametrize("make", MAKERS)
def test_the_batch_is_axis_1_of_three_and_axis_0_of_fewer(make):
    h = np.arange(2 * 3 * 5.0).reshape(2, 3, 5)  # layers, N, H
    index = np.array([2, 0, 2, 2])
    got = reorder(make(h), index)
    np.testing.assert_array_equal(np.asarray(got), h[:, [2, 0, 2, 2]])
    assert type(got) is type(make(h))
    np.testing.assert_array_equal(np.asarray(reorder(make(h[0]), index)), h[0][index])
    np.testing.assert_array_equal(
        np.asarray(reorder(make(h[0, :, 0]), index)), h[0, index, 0]
    )


@pytest.mark.parametrize("make", MAKERS)
def test_parts_keep_their_places(make):
    h, c = np.random.default_rng(0).normal(size=(2, 1, 3, 5))
    got = reorder((make(h), [make(c), None]), [1])
    assert isinstance(got, tuple)
    assert isinstance(got[1], list)
    np.testing.assert_array_equal(np.asarray(got[0]), h[:, [1]])
    np.testing.assert_array_equal(np.asarray(got[1][0]), c[:, [1]])
    assert got[1][1] is None
    assert reorder(None, [0, 0]) is None


class Both(NamedTuple):
    h: object
    c: object


@pytest.mark.parametrize("make", MAKERS)
def test_a_named_tuple_stays_one(make):
    h, c = np.random.default_rng(0).normal(size=(2, 1, 3, 5))
    got = reorder(Both(make(h), make(c)), [2])
    assert isinstance(got, Both)
    np.testing.assert_array_equal(np.asarray(got.h), h[:, [2]])
    np.testing.assert_array_equal(np.asarray(got.c), c[:, [2]])
    assert isinstance(detached(got), Both)


@pytest.mark.parametrize("make", [torch.tensor, lp.tensor])
def test_states_are_cut_off_the_graph(make):
    h = make(np.ones((1, 1, 2), np.float32), requires_grad=True) * 2
    (cut,) = detached((h,))
    assert h.requires_grad
    assert not cut.requires_grad
    x = np.ones(2)
    assert detached(x) is x


@pytest.mark.parametrize(
    ("state", "error_type", "sentence"),
    [
        (
            3,
            TypeError,
            "a state must hold arrays or tensors, but int came. "
            "Give beam_search a function reorder(state, index) of your own.",
        ),
        (
            {"h": np.ones(3)},
            TypeError,
            "a state must hold arrays or tensors, but dict came. "
            "Give beam_search a function reorder(state, index) of your own.",
        ),
        (
            np.ones((1, 2, 3, 4)),
            ValueError,
            "which of the 4 axes of a state is the batch is not known. "
            "Give beam_search a function reorder(state, index) of your own.",
        ),
    ],
)
def test_what_is_no_state(state, error_type, sentence):
    assert sentence_of(error_type, reorder, state, [0]) == f"reorder: {sentence}"
