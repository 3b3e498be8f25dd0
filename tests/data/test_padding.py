"""pad, mask and the collate function, the latter in the DataLoader of both engines."""

import numpy as np
import pytest
import torch
import torch.utils.data
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg import data
from lessons_pkg.data import mask, pad, pad_collate

ragged = st.lists(st.lists(st.integers(1, 99), max_size=7), min_size=1, max_size=5)


def test_by_hand():
    padded, lengths = pad([[5, 6, 7], [8], [9, 9]], value=-1)
    expected = np.array([[5, 6, 7], [8, -1, -1], [9, 9, -1]])
    np.testing.assert_array_equal(padded, expected, strict=True)
    np.testing.assert_array_equal(lengths, np.array([3, 1, 2]), strict=True)
    inside = np.array([[True] * 3, [True, False, False], [True, True, False]])
    np.testing.assert_array_equal(mask(lengths), inside, strict=True)


@given(ragged, st.integers(-3, 0), st.integers(0, 4))
def test_nothing_is_lost_and_nothing_added(sequences, value, more):
    longest = max(map(len, sequences))
    for length in (None, longest + more):
        padded, lengths = pad(sequences, value, length)
        assert padded.dtype == lengths.dtype == np.int64
        assert padded.shape == (len(sequences), length or longest)
        for row, n, sequence in zip(padded, lengths, sequences, strict=True):
            assert row[:n].tolist() == sequence
            assert (row[n:] == value).all()
        inside = mask(lengths, length)
        assert inside.shape == padded.shape
        np.testing.assert_array_equal(inside, padded > 0)
        np.testing.assert_array_equal(inside.sum(axis=1), lengths)


@given(st.lists(st.lists(st.integers(1, 99), min_size=1), min_size=1))
def test_it_is_torchs_pad_sequence(sequences):
    from torch.nn.utils.rnn import pad_sequence

    theirs = pad_sequence(list(map(torch.tensor, sequences)), True, -7)
    np.testing.assert_array_equal(pad(sequences, -7)[0], theirs.numpy(), strict=True)


@pytest.mark.parametrize("make", [list, tuple, np.array, torch.tensor, lp.tensor])
def test_sequences_may_come_in_anything(make):
    padded, lengths = pad([make([1, 2]), make([3])])
    assert padded.tolist() == [[1, 2], [3, 0]]
    assert mask(make([2, 1])).tolist() == [[True, True], [True, False]]
    assert padded.dtype == lengths.dtype == np.int64


def test_empty_sequences():
    padded, lengths = pad([[], [4]])
    assert (padded.tolist(), lengths.tolist()) == ([[0], [4]], [0, 1])
    assert pad([[], []])[0].shape == (2, 0)
    assert mask([0, 0]).shape == (2, 0)
    assert mask([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, ([],), "there is no sequence. Give one at least."),
        (
            TypeError,
            (["ab"],),
            "sequence 0 must hold whole numbers, but is of type str.",
        ),
        (TypeError, ("ab",), "sequence 0 must hold whole numbers, but is of type str."),
        (
            TypeError,
            ([[1], [0.5]],),
            "sequence 1 must hold whole numbers, but its dtype",
        ),
        (TypeError, ([[True]],), "sequence 0 must hold whole numbers, but its dtype"),
        (
            ValueError,
            ([1, 2],),
            "sequence 0 must have shape (T,), but came with shape ()",
        ),
        (TypeError, (5,), "sequences must be a list of sequences, but is of type int."),
        (ValueError, ([[1]], 0.5), "value=0.5 must be a whole number."),
        (ValueError, ([[1]], None), "value=None must be a whole number."),
    ],
)
def test_what_cannot_be_padded(error, arguments, message):
    with pytest.raises(error) as caught:
        pad(*arguments)
    assert str(caught.value).startswith(f"pad: {message}")


def test_a_length_that_is_too_short():
    for who, call in (
        ("pad", lambda: pad([[1, 2, 3], [4]], length=2)),
        ("mask", lambda: mask([3, 1], 2)),
    ):
        with pytest.raises(ValueError, match=who) as error:
            call()
        assert str(error.value) == (
            f"{who}: a sequence of 3 tokens does not fit into length=2. Cut it first, or "
            "give a larger length."
        )


def test_lengths_that_are_none():
    with pytest.raises(ValueError, match="mask") as error:
        mask([2, -1])
    assert str(error.value) == (
        "mask: lengths must be 0 or more, but holds -1. Give the number of tokens of each "
        "sequence."
    )
    with pytest.raises(ValueError, match=r"lengths must have shape \(T,\)"):
        mask(3)
    with pytest.raises(TypeError, match="lengths must hold whole numbers"):
        mask([1.5])


# The collate function

ENGINES = [
    pytest.param(data.DataLoader, lp.tensor, id="lessons_pkg"),
    pytest.param(torch.utils.data.DataLoader, torch.tensor, id="torch"),
]
SEQUENCES = [[1], [2, 3], [4, 5, 6], [7, 8]]


@pytest.mark.parametrize(("loader", "tensor"), ENGINES)
def test_a_data_loader_pads_each_batch(loader, tensor):
    samples = list(zip(SEQUENCES, [0, 1, 1, 0], strict=True))
    batches = list(loader(samples, batch_size=2, collate_fn=pad_collate(tensor)))
    shown = [[t.tolist() for t in batch] for batch in batches]
    assert shown == [
        [[[1, 0], [2, 3]], [1, 2], [0, 1]],
        [[[4, 5, 6], [7, 8, 0]], [3, 2], [1, 0]],
    ]
    for batch in batches:
        assert {type(t) for t in batch} == {type(tensor([1]))}
        assert [str(t.dtype).removeprefix("torch.") for t in batch] == ["int64"] * 3


@pytest.mark.parametrize(("loader", "tensor"), ENGINES)
def test_it_feeds_a_model_on_either_engine(loader, tensor):
    """Shuffled, with torch's own dataset of arrays: each token comes once an epoch."""
    samples = list(zip(map(np.array, SEQUENCES), np.arange(4), strict=True))
    seen = []
    for tokens, lengths, y in loader(samples, 3, True, collate_fn=pad_collate(tensor)):
        for row, n, k in zip(
            tokens.tolist(), lengths.tolist(), y.tolist(), strict=True
        ):
            assert row[:n] == SEQUENCES[k]
            seen.append(k)
    assert sorted(seen) == [0, 1, 2, 3]


def test_targets_that_are_sequences_are_padded_with_what_the_loss_ignores():
    _, _, y = pad_collate()([([1, 2], [0, 1]), ([3], [1])])
    assert y.tolist() == [[0, 1], [1, -100]]
    logits = np.random.default_rng(0).normal(size=(2, 3, 2))
    ours = lp.nn.functional.cross_entropy(
        lp.tensor(logits), lp.tensor([[0, 1], [1, -100]])
    )
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor([[0, 1], [1, -100]])
    )
    assert ours.item() == pytest.approx(theirs.item())


def test_both_values_can_be_chosen():
    collate = pad_collate(value=9, target_value=5)
    tokens, _, y = collate([([1], [2, 2]), ([3, 4], [6])])
    assert tokens.tolist() == [[1, 9], [3, 4]]
    assert y.tolist() == [[2, 2], [6, 5]]


def test_the_dtype_of_the_targets_does_not_depend_on_their_values():
    collate = pad_collate()
    assert collate([([1], 1.0), ([2], 2.0)])[2].dtype == np.float32
    assert collate([([1], 0.5), ([2], 2.0)])[2].dtype == np.float32
    assert collate([([1], np.float64(3)), ([2], np.float64(2))])[2].dtype == np.float32
    assert collate([([1], True), ([2], False)])[2].dtype == np.int64
    assert collate([([1], np.uint8(1))])[2].dtype == np.int64
    assert collate([([1], torch.tensor(1)), ([2], torch.tensor(0))])[2].tolist() == [
        1,
        0,
    ]


def test_the_brackets_forgotten():
    with pytest.raises(TypeError) as error:
        next(iter(data.DataLoader([([1], 0)], collate_fn=pad_collate)))
    assert str(error.value) == (
        "pad_collate: tensor must be a function that makes a tensor, but is of type list. "
        "Write collate_fn=pad_collate(torch.tensor), with its brackets."
    )


@pytest.mark.parametrize(
    "samples", [[[1, 2, 3]], [([1], 0, 2)], [np.arange(2)], ["ab"]]
)
def test_samples_that_are_no_pairs(samples):
    with pytest.raises(ValueError, match="pad_collate: a sample must be a pair"):
        pad_collate()(samples)


@pytest.mark.parametrize("y", [None, "de", 1j])
def test_targets_that_are_no_numbers(y):
    with pytest.raises(TypeError, match="pad_collate") as error:
        pad_collate()([([1], y), ([2], y)])
    assert str(error.value).startswith(
        "pad_collate: y must be numbers, or sequences of them, but "
    )
    assert str(error.value).endswith(" came. Number the classes from 0.")
