import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg import metrics
from lessons_pkg.metrics import box_iou, dice, mask_iou

from .said import quick, sentence_of


def test_the_package_has_them():
    for function in (box_iou, dice, mask_iou):
        assert getattr(metrics, function.__name__) is function
        assert function.__name__ in metrics.__all__


# Boxes


@pytest.mark.parametrize(
    ("predicted", "target", "iou"),
    [
        # 4 by 4 and 4 by 2, common 2 by 1: 2 / (16 + 8 - 2).
        ((0, 0, 4, 4), (2, 3, 6, 5), 2 / 22),
        ((0, 0, 4, 4), (0, 0, 4, 4), 1),
        # One inside the other: 4 / 16.
        ((0, 0, 4, 4), (1, 1, 3, 3), 4 / 16),
        # Side by side, with an edge or a corner in common: no area.
        ((0, 0, 4, 4), (4, 0, 8, 4), 0),
        ((0, 0, 4, 4), (4, 4, 8, 8), 0),
        # Apart in one direction, common in the other.
        ((0, 0, 4, 4), (6, 0, 8, 4), 0),
        # Apart in both: two negative sides do not make an area.
        ((0, 0, 1, 1), (5, 5, 6, 6), 0),
        # Fractions of the side, and numbers below 0: 0.5 / (1 + 1 - 0.5).
        ((0, 0, 1, 1), (0.5, 0, 1.5, 1), 1 / 3),
        ((-1, -1, 1, 1), (0, 0, 1, 1), 1 / 4),
        # No area: a line, a point.
        ((0, 0, 4, 4), (1, 1, 1, 3), 0),
        ((2, 2, 2, 2), (2, 2, 2, 2), 0),
    ],
)
def test_boxes_by_hand(predicted, target, iou):
    for a, b in [(predicted, target), (target, predicted)]:
        assert box_iou([a], [b]) == pytest.approx([iou], rel=1e-12)


def test_one_number_a_pair():
    predicted = [[0, 0, 4, 4], [0, 0, 4, 4]]
    target = [[0, 0, 4, 4], [0, 0, 2, 4]]
    got = box_iou(np.array(predicted), target)
    np.testing.assert_array_equal(got, [1, 0.5], strict=True)
    assert got.dtype == np.float64


def test_not_only_the_intersection_over_one_of_them():
    """IoU without the union is another number; this is the mistake that tests find."""
    a, b = [[0, 0, 4, 4]], [[0, 0, 2, 2]]
    assert box_iou(a, b) == 4 / 16 != 4 / 4


edges = st.integers(-20, 20)
box = st.tuples(edges, edges, st.integers(0, 15), st.integers(0, 15)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@quick
@given(st.lists(st.tuples(box, box), min_size=1, max_size=6))
def test_boxes_of_whole_numbers_are_their_pixels(pairs):
    predicted, target = (np.array(side) for side in zip(*pairs, strict=True))
    got = box_iou(predicted, target)
    for iou, a, b in zip(got, predicted, target, strict=True):
        one, two = painted(a), painted(b)
        either = (one | two).sum()
        assert iou == pytest.approx((one & two).sum() / either if either else 0)


def painted(box):
    mask = np.zeros((60, 60), bool)
    x0, y0, x1, y1 = box + 22
    mask[y0:y1, x0:x1] = True
    return mask


@quick
@given(
    st.lists(st.floats(0, 100), min_size=8, max_size=8),
    st.floats(-1000, 1000),
    st.floats(0.01, 100),
)
def test_boxes_keep_what_moving_and_scaling_keeps(numbers, move, scale):
    boxes = np.array(numbers).reshape(2, 1, 4)
    boxes[..., 2:] += boxes[..., :2] + 1
    iou = box_iou(*boxes)
    assert 0 <= iou <= 1
    np.testing.assert_array_equal(box_iou(*boxes[::-1]), iou)
    np.testing.assert_allclose(box_iou(*(scale * boxes + move)), iou, atol=1e-6)
    swapped = boxes[..., [1, 0, 3, 2]]  # rows for columns, in both
    np.testing.assert_array_equal(box_iou(*swapped), iou)
    np.testing.assert_array_equal(box_iou(boxes[0], boxes[0]), [1])


# Masks

# Two masks of 3 by 3. Common: 2. In one 3, in the other 4, in either 5.
A = np.array([[[1, 1, 0], [1, 0, 0], [0, 0, 0]]])
B = np.array([[[1, 1, 1], [0, 1, 0], [0, 0, 0]]])
NOTHING, ALL = np.zeros((1, 3, 3)), np.ones((1, 3, 3))


def test_masks_by_hand():
    assert mask_iou(A, B) == [2 / 5]
    assert dice(A, B) == [2 * 2 / (3 + 4)]


@pytest.mark.parametrize("function", [mask_iou, dice])
def test_masks_at_the_ends(function):
    assert function(A, A) == [1]
    assert function(A, 1 - A) == [0]
    assert function(NOTHING, A) == function(A, NOTHING) == [0]
    assert function(NOTHING, NOTHING) == [1]  # both say that nothing is there
    assert function(ALL, ALL) == [1]


@pytest.mark.parametrize("function", [mask_iou, dice])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_masks_of_any_dtype_one_number_each(function, dtype):
    predicted = np.concatenate([A, NOTHING, ALL, A]).astype(dtype)
    target = np.concatenate([B, NOTHING, A, 1 - A]).astype(dtype)
    before = predicted.copy()
    got = function(predicted, target)
    by_hand = {mask_iou: [2 / 5, 1, 3 / 9, 0], dice: [4 / 7, 1, 6 / 12, 0]}[function]
    np.testing.assert_allclose(got, by_hand)
    np.testing.assert_array_equal(predicted, before)


def test_many_pixels_do_not_overflow():
    """300 by 300 ones are more than uint8 or uint16 can count."""
    ones = np.ones((1, 300, 300), np.uint8)
    assert mask_iou(ones, ones) == dice(ones, ones) == [1]
    half = ones.copy()
    half[:, :150] = 0
    assert (mask_iou(half, ones), dice(half, ones)) == ([0.5], [2 / 3])


masks = st.lists(st.integers(0, 1), min_size=2 * 5 * 7, max_size=2 * 5 * 7).map(
    lambda bits: np.array(bits).reshape(2, 1, 5, 7)
)


@quick
@given(masks)
def test_masks_are_scikit_learns_scores_of_the_pixels(pair):
    predicted, target = pair
    flat = target.ravel(), predicted.ravel()
    jaccard = sklearn.metrics.jaccard_score(*flat, zero_division=1)
    assert mask_iou(predicted, target) == pytest.approx([jaccard])
    f1 = sklearn.metrics.f1_score(*flat, zero_division=1)
    assert dice(predicted, target) == pytest.approx([f1])
    assert dice(predicted, target) == pytest.approx([2 * jaccard / (1 + jaccard)])
    assert dice(target, predicted) == dice(predicted, target)


def test_boxes_and_the_masks_of_boxes_agree():
    predicted, target = np.array([[2, 1, 9, 8]]), np.array([[4, 0, 10, 6]])
    one, two = (painted(b[0])[None] for b in (predicted, target))
    assert box_iou(predicted, target) == pytest.approx(mask_iou(one, two))


# Errors

BOX = [[0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("predicted", "target", "kind", "sentence"),
    [
        (
            [0, 0, 1, 1],
            BOX,
            ValueError,
            "box_iou: predicted must have shape (N, 4), but came with shape (4,). Give "
            "one row an example.",
        ),
        (
            BOX,
            [[0, 0, 1]],
            ValueError,
            "box_iou: target must have shape (N, 4), x0, y0, x1, y1, but came with shape "
            "(1, 3). Give one row a box.",
        ),
        (
            BOX * 2,
            BOX,
            ValueError,
            "box_iou: predicted has shape (2, 4), but target has (1, 4). Give both for "
            "the same examples.",
        ),
        (
            np.zeros((0, 4)),
            np.zeros((0, 4)),
            ValueError,
            "box_iou: predicted and target are empty, and a share of nothing is "
            "undefined. Give at least one example.",
        ),
        (
            [[0, 0, 1, 1], [3, 0, 2, 1]],
            BOX * 2,
            ValueError,
            "box_iou: row 1 of predicted is [3.0, 0.0, 2.0, 1.0], but x1 must not be "
            "below x0, nor y1 below y0. Give the corner at the upper left first, then the "
            "one at the lower right.",
        ),
        (
            BOX,
            [[0, 2, 1, 1]],
            ValueError,
            "box_iou: row 0 of target is [0.0, 2.0, 1.0, 1.0], but x1 must not be below "
            "x0, nor y1 below y0. Give the corner at the upper left first, then the one "
            "at the lower right.",
        ),
        (
            [[0, 0, np.nan, 1]],
            BOX,
            ValueError,
            "box_iou: predicted holds nan at index [0, 2]. Give finite numbers only.",
        ),
        (
            BOX,
            [["a", "b", "c", "d"]],
            TypeError,
            "box_iou: target must hold real numbers, but its dtype is <U1. Turn it into "
            "floats first.",
        ),
        (
            [[0, 0, 1, 1], [0, 0]],
            BOX * 2,
            ValueError,
            "box_iou: predicted has rows of different lengths, which make no array. Give "
            "as many numbers in each.",
        ),
    ],
)
def test_what_are_not_boxes(predicted, target, kind, sentence):
    assert sentence_of(kind, box_iou, predicted, target) == sentence


@pytest.mark.parametrize("function", [mask_iou, dice])
@pytest.mark.parametrize(
    ("predicted", "target", "kind", "sentence"),
    [
        (
            A[0],
            B,
            ValueError,
            "predicted must have shape (N, H, W), but came with shape (3, 3). Give one "
            "mask as m[None]; of (N, 1, H, W) take m[:, 0].",
        ),
        (
            A,
            B[:, None],
            ValueError,
            "target must have shape (N, H, W), but came with shape (1, 1, 3, 3). Give one "
            "mask as m[None]; of (N, 1, H, W) take m[:, 0].",
        ),
        (
            A,
            B[:, :2],
            ValueError,
            "predicted has shape (1, 3, 3), but target has (1, 2, 3). Give both for the "
            "same examples.",
        ),
        (
            A[:0],
            B[:0],
            ValueError,
            "predicted and target are empty, and a share of nothing is undefined. Give at "
            "least one example.",
        ),
        (
            A * 0.75,
            B,
            ValueError,
            "predicted holds 0.75, but must hold 0 and 1 only. Turn probabilities into a "
            "mask first, with (p > 0.5), scores with (score > 0).",
        ),
        (
            A,
            B * np.nan,
            ValueError,
            "target holds nan, but must hold 0 and 1 only. Turn probabilities into a mask "
            "first, with (p > 0.5), scores with (score > 0).",
        ),
        (
            A,
            B.astype(str),
            TypeError,
            "target must hold booleans, or 0 and 1, but its dtype is <U21. Compare it "
            "with a threshold first.",
        ),
    ],
)
def test_what_are_not_masks(function, predicted, target, kind, sentence):
    said = sentence_of(kind, function, predicted, target)
    assert said == f"{function.__name__}: {sentence}"
