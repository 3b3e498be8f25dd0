import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.data import TextBatches, python_help, split_text, text_batches

sizes = st.integers(1, 7)


def test_by_hand():
    """Eleven tokens, two rows: 10 targets, 5 a row, of which two batches of 2 take 4."""
    batches = text_batches(np.arange(11), batch_size=2, n_steps=2)
    (x1, y1), (x2, y2) = batches
    np.testing.assert_array_equal(x1, np.array([[0, 1], [4, 5]]), strict=True)
    np.testing.assert_array_equal(y1, np.array([[1, 2], [5, 6]]), strict=True)
    assert x2.tolist() == [[2, 3], [6, 7]]
    assert y2.tolist() == [[3, 4], [7, 8]]
    assert (len(batches), batches.dropped) == (2, 2)  # 9 and 10 are in no batch
    assert isinstance(batches, TextBatches)
    assert repr(batches) == (
        "TextBatches: 2 batches of x, y (2, 2); 2 tokens at the end are dropped"
    )


@given(sizes, sizes, st.integers(0, 200))
def test_what_a_batch_is(batch_size, n_steps, more):
    ids = np.arange(100, 101 + batch_size * n_steps + more)
    batches = text_batches(ids, batch_size, n_steps)
    pairs = list(batches)
    assert len(pairs) == len(batches)
    for x, y in pairs:
        assert x.shape == y.shape == (batch_size, n_steps)
        np.testing.assert_array_equal(y, x + 1)  # the ids count up: one token on
    # Side by side the batches are the rows, and each row goes on without a gap.
    rows = np.concatenate([x for x, _ in pairs], axis=1)
    np.testing.assert_array_equal(np.diff(rows, axis=1), 1)
    # One below the other the rows are the text, from its beginning, each token once.
    np.testing.assert_array_equal(rows.ravel(), ids[: rows.size])
    # What is dropped is at the end, and no whole batch more.
    assert pairs[-1][1][-1, -1] == ids[-1] - batches.dropped
    assert 0 <= batches.dropped < batch_size * n_steps


def test_it_can_be_gone_through_again_and_changed_without_harm():
    ids = np.arange(20)
    batches = text_batches(ids, 3, 2)
    first = [(x.tolist(), y.tolist()) for x, y in batches]
    for x, y in batches:
        x[:] = -1
        assert (y >= 0).all()
        y[:] = -1
    assert [(x.tolist(), y.tolist()) for x, y in batches] == first
    np.testing.assert_array_equal(ids, np.arange(20))


@pytest.mark.parametrize("make", [torch.tensor, lp.tensor])
def test_a_tensor_gives_tensors(make):
    ids = np.random.default_rng(0).integers(50, size=31)
    for ours, (x, y) in zip(
        text_batches(make(ids), 2, 5), text_batches(ids, 2, 5), strict=True
    ):
        for tensor, array in zip(ours, (x, y), strict=True):
            assert type(tensor) is type(make(ids))
            assert str(tensor.dtype).endswith("int64")
            np.testing.assert_array_equal(tensor.numpy(), array)
    ours[0][:] = -1
    np.testing.assert_array_equal(ours[1].numpy(), y)


@pytest.mark.parametrize("engine", [torch, lp])
@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_the_numbers_are_int64_whatever_came(engine, dtype):
    """As an embedding and a cross-entropy loss want them."""
    ids = np.arange(10).astype(dtype)
    for text in (ids, engine.tensor(ids)):
        for batch in next(iter(text_batches(text, 2, 2))):
            assert str(batch.dtype).endswith("int64")
            assert type(batch) is type(text)


def test_a_list():
    x, y = next(iter(text_batches([3, 1, 4], 1, 2)))
    assert (x.tolist(), y.tolist()) == ([[3, 1]], [[1, 4]])


@pytest.mark.parametrize(("ids", "n"), [([], 0), ([5], 1), (list(range(6)), 6)])
def test_a_text_too_short(ids, n):
    with pytest.raises(ValueError, match="text_batches") as error:
        text_batches(ids, 2, 3)
    assert str(error.value) == (
        f"text_batches: {n} tokens are too few for one batch: batch_size=2 times "
        "n_steps=3, and one more, are 7. Give more text, or smaller numbers."
    )


@pytest.mark.parametrize(
    ("error", "ids", "numbers", "start"),
    [
        (
            TypeError,
            "banana",
            (1, 2),
            "ids must hold whole numbers, but is of type str",
        ),
        (
            TypeError,
            np.arange(9.0),
            (1, 2),
            "ids must hold whole numbers, but its dtype",
        ),
        (TypeError, ["a", "b"], (1, 1), "ids must hold whole numbers, but its dtype"),
        (
            TypeError,
            None,
            (1, 2),
            "ids must hold whole numbers, but is of type NoneType",
        ),
        (ValueError, np.zeros((3, 3), int), (1, 2), r"ids must have shape \(T,\)"),
        (ValueError, [[1, 2], [3]], (1, 2), "ids makes no array"),
        (ValueError, np.arange(9), (0, 2), "batch_size=0 must be a whole number, 1"),
        (ValueError, np.arange(9), (1, 2.0), "n_steps=2.0 must be a whole number, 1"),
    ],
)
def test_what_does_not_fit(error, ids, numbers, start):
    with pytest.raises(error, match=f"text_batches: {start}"):
        text_batches(ids, *numbers)


# Splitting


def test_split_by_hand():
    train, validation, test = split_text(np.arange(10))
    assert train.tolist() == list(range(8))
    assert (validation.tolist(), test.tolist()) == ([8], [9])
    assert split_text("abcd", (0.5, 0.5)) == ["ab", "cd"]


@given(st.integers(30, 300), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_the_parts_are_the_whole(n, weights):
    shares = [w / sum(weights) for w in weights]
    parts = split_text(list(range(n)), shares)
    assert [k for part in parts for k in part] == list(range(n))
    for part, share in zip(parts, shares, strict=True):
        assert abs(len(part) - n * share) <= 1


@pytest.mark.parametrize("make", [np.array, torch.tensor, lp.tensor])
def test_parts_are_of_the_same_kind(make):
    parts = split_text(make([1, 2, 3, 4]), (0.5, 0.5))
    assert [p.tolist() for p in parts] == [[1, 2], [3, 4]]
    assert {type(p) for p in parts} == {type(make([1]))}


@pytest.mark.parametrize(
    "shares", [(0.8, 0.1), (1.2, -0.2), (), (0.5, float("nan")), 0.8, ("a", "b"), None]
)
def test_other_shares(shares):
    with pytest.raises(ValueError, match="split_text") as error:
        split_text("abcd", shares)
    assert str(error.value) == (
        f"split_text: shares={shares!r} must be numbers above 0 that sum to 1. Give for "
        "example (0.8, 0.1, 0.1)."
    )


def test_what_cannot_be_split():
    with pytest.raises(TypeError) as error:
        split_text(python_help())
    assert str(error.value) == (
        "split_text: ids must be a text or a sequence, but is of type Text. Of a Text "
        "give its .text."
    )


def test_an_empty_part():
    with pytest.raises(ValueError, match="split_text") as error:
        split_text("abcd")
    assert str(error.value) == (
        "split_text: part 2, a share of 0.1, of 4 tokens is empty. Give more text, or a "
        "larger share."
    )
