"""Canvases: by hand on tiny digits, and what must hold of every picture."""

import re

import numpy as np
import pytest
from scipy import ndimage

from lessons_pkg import data
from lessons_pkg.data import _fragments, _places, canvas
from lessons_pkg.data.canvas import NOISE, THRESHOLD, canvases


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def digits():
    return data.mnist_5k()


@pytest.fixture(scope="module")
def made(digits):
    """Three hundred pictures of each kind."""
    return {
        "plain": canvases(digits.x, digits.y, 300, rng(1)),
        "scaled": canvases(digits.x, digits.y, 300, rng(2), 60, scale=(0.6, 1.5)),
        "bare": canvases(digits.x, digits.y, 300, rng(3), clutter=0),
        "two": canvases(digits.x, digits.y, 300, rng(4), 64, n_digits=2),
    }


KINDS = pytest.mark.parametrize("kind", ["plain", "scaled", "bare", "two"])


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(canvas, "NOISE", 0)


def tight(mask):
    """The box around a mask, found the slow way."""
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


# By hand


@pytest.mark.usefixtures("quiet")
def test_one_dot_and_one_bar_by_hand():
    """Two 'digits': a faint and a full pixel; a bar of three. No clutter, no noise."""
    x = np.zeros((2, 4, 5), np.float32)
    x[0, 2, 1], x[0, 2, 2] = 0.2, 0.9  # 0.2 is grey, but no ink
    x[1, 1, 1:4] = 1
    got = canvases(x, np.array([7, 3]), 200, rng(), size=6, clutter=0)
    assert set(got.y) == {7, 3}
    for picture, y, (x0, y0, x1, y1), mask in zip(
        got.x, got.y, got.boxes, got.masks, strict=True
    ):
        if y == 7:
            assert (x1 - x0, y1 - y0) == (1, 1)
            np.testing.assert_allclose(picture[y0, x0 - 1 : x1], [0.2, 0.9])
            assert picture.sum() == pytest.approx(1.1)
        else:
            assert (x1 - x0, y1 - y0) == (3, 1)
            np.testing.assert_array_equal(picture[y0, x0:x1], [1, 1, 1])
            assert picture.sum() == 3
        np.testing.assert_array_equal(mask, picture > 0.3)


@pytest.mark.usefixtures("quiet")
def test_every_place_is_equally_likely():
    x = np.zeros((1, 3, 3), np.float32)
    x[0, 1, 1] = 1
    got = canvases(x, np.array([0]), 4000, rng(), size=4, clutter=0)
    counts = np.bincount(4 * got.boxes[:, 1] + got.boxes[:, 0])
    # 16 places, corners among them; 250 each expected, standard deviation 15.
    assert len(counts) == 16
    assert np.abs(counts - 250).max() < 65


@pytest.mark.usefixtures("quiet")
def test_a_digit_is_copied_as_it_is(digits):
    got = canvases(digits.x, digits.y, 40, rng(), clutter=0)
    for picture, y, (x0, y0, x1, y1) in zip(got.x, got.y, got.boxes, strict=True):
        cut = picture[y0:y1, x0:x1]
        # Some image of that class has, in the tight box around its ink, the same pixels.
        same = [
            image[t[1] : t[3], t[0] : t[2]]
            for image in digits.x[digits.y == y]
            for t in [tight(image > THRESHOLD)]
        ]
        assert any(np.array_equal(cut, other) for other in same)


@pytest.mark.usefixtures("quiet")
def test_a_digit_may_just_fit(digits):
    wide = tight(digits.x[0] > 0)
    side = max(wide[2] - wide[0], wide[3] - wide[1])
    one = digits.x[:1], digits.y[:1]
    got = canvases(*one, 5, rng(), size=int(side), clutter=0)
    assert (got.boxes >= 0).all()
    with pytest.raises(ValueError, match=r"^canvases: ") as error:
        canvases(*one, 5, rng(), size=int(side) - 1, clutter=0)
    assert str(error.value) == (
        f"canvases: a digit of {side} pixels does not fit into size={side - 1}. Give a "
        "larger size, or a smaller scale."
    )


@pytest.mark.usefixtures("quiet")
def test_nothing_is_cut_off_a_digit_that_is_enlarged():
    """A square of 6 becomes one of 12: at its edge 0.75, and 0.25, no ink, around it."""
    x = np.ones((1, 6, 6), np.float32)
    got = canvases(x, np.array([0]), 9, rng(), size=16, scale=(2, 2), clutter=0)
    assert (got.boxes[:, 2:] - got.boxes[:, :2] == 12).all()
    for picture, (x0, y0, x1, y1) in zip(got.x, got.boxes, strict=True):
        edge = [0.25, 0.75, 1]
        middle = picture[(y0 + y1) // 2, x0 - 1 : x1 + 1]
        np.testing.assert_allclose(middle, [*edge, *[1] * 8, *edge[::-1]], atol=1e-6)


# What must hold of every picture


@KINDS
def test_shapes_and_dtypes(made, kind):
    got, size = made[kind], {"plain": 48, "bare": 48, "scaled": 60, "two": 64}[kind]
    many = (2,) if kind == "two" else ()
    assert (got.x.shape, got.x.dtype) == ((300, size, size), np.float32)
    assert (got.y.shape, got.y.dtype) == ((300, *many), np.int64)
    assert (got.boxes.shape, got.boxes.dtype) == ((300, *many, 4), np.int64)
    assert (got.masks.shape, got.masks.dtype) == ((300, size, size), bool)
    assert len(got) == 300
    assert got.x.min() >= 0
    assert got.x.max() <= 1


@KINDS
def test_boxes_are_tight_around_the_masks(made, kind):
    got = made[kind]
    for mask, boxes in zip(got.masks, got.boxes.reshape(300, -1, 4), strict=True):
        left = mask.copy()
        for box in boxes:
            x0, y0, x1, y1 = box
            inside = np.zeros_like(mask)
            inside[y0:y1, x0:x1] = True
            assert tight(mask & inside) == box.tolist()
            left &= ~inside
        assert not left.any()  # and no ink of a digit lies outside its box


@KINDS
def test_digits_lie_within_and_boxes_apart(made, kind):
    got = made[kind]
    size = got.x.shape[1]
    boxes = got.boxes.reshape(300, -1, 4)
    assert (boxes >= 0).all()
    assert (boxes <= size).all()
    assert (boxes[..., 2:] > boxes[..., :2]).all()
    if kind == "two":
        one, two = boxes[:, 0], boxes[:, 1]
        common = np.minimum(one[:, 2:], two[:, 2:]) - np.maximum(one[:, :2], two[:, :2])
        assert (common <= 0).any(axis=1).all()


@KINDS
def test_masks_are_the_ink_of_the_digit_and_of_it_alone(made, kind):
    """Under the mask is ink; in the box around it, all ink is under the mask."""
    got = made[kind]
    assert got.x[got.masks].min() > THRESHOLD - 6 * NOISE
    inside = np.zeros_like(got.masks)
    for i, boxes in enumerate(got.boxes.reshape(300, -1, 4)):
        for x0, y0, x1, y1 in boxes:
            inside[i, y0:y1, x0:x1] = True
    assert got.x[inside & ~got.masks].max() < THRESHOLD + 6 * NOISE


def test_labels_are_those_of_the_digit(made, digits):
    """What is cut out at the box looks most like the images of its class."""
    got = made["bare"]
    right = 0
    for i, (x0, y0, x1, y1) in enumerate(got.boxes):
        height, width = y1 - y0, x1 - x0
        image = np.zeros((28, 28), np.float32)
        top, left = (28 - height) // 2, (28 - width) // 2
        image[top : top + height, left : left + width] = got.masks[i, y0:y1, x0:x1]
        far = ((ndimage.gaussian_filter(image, 1) - means(digits)) ** 2).sum(
            axis=(1, 2)
        )
        right += far.argmin() == got.y[i]
    # The nearest mean finds four of five; by chance, and with shuffled labels, one in ten.
    assert right > 0.6 * 300


def means(digits):
    found = [digits.x[digits.y == k].mean(axis=0) for k in range(10)]
    return ndimage.gaussian_filter(np.array(found), (0, 1, 1))


def test_every_digit_comes(made):
    counts = np.bincount(made["plain"].y, minlength=10)
    assert counts.min() > 10  # 30 expected, standard deviation 5
    assert (made["two"].y[:, 0] != made["two"].y[:, 1]).any()


def test_scaled_digits_differ_in_size(made):
    def heights(kind):
        boxes = made[kind].boxes
        return np.sort(boxes[:, 3] - boxes[:, 1])

    plain, scaled = heights("plain"), heights("scaled")
    # MNIST's digits are 20 pixels high, or as wide: 0.6 and 1.5 times that.
    assert plain[-1] <= 20
    assert 26 < scaled[-1] <= 32
    assert 8 <= scaled[0] < 15 <= plain[30]


def test_the_noise_has_the_deviation_named():
    """Cut at 0, normal noise has the mean deviation / sqrt(2 pi)."""
    x = np.zeros((1, 5, 5), np.float32)
    x[0, 2, 2] = 1
    got = canvases(x, np.array([0]), 20, rng(), clutter=0)
    paper = got.x[~got.masks]
    assert paper.mean() == pytest.approx(0.05 / np.sqrt(2 * np.pi), rel=0.03)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_classes_are_int64_whatever_came(dtype):
    x = np.ones((3, 6, 6), np.float32)
    got = canvases(x, np.arange(3, dtype=dtype), 5, rng(), size=9)
    assert got.y.dtype == np.int64


@pytest.mark.parametrize("y", [np.ones(3), np.array(["a", "b", "c"])])
def test_classes_that_are_no_whole_numbers(y):
    sentence = (
        f"canvases: y must hold whole numbers, the classes, but its dtype is {y.dtype}. "
        "Convert it with y.astype(int)."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
        canvases(np.ones((3, 6, 6), np.float32), y, 5, rng(), size=9)


# Clutter


def test_clutter_lies_beside_the_digit_and_can_be_left_out(made):
    def ink_outside(got):
        return ((got.x > 0.5) & ~got.masks).sum(axis=(1, 2))

    assert (ink_outside(made["bare"]) == 0).all()
    outside = ink_outside(made["plain"])
    assert (outside > 20).mean() > 0.95
    # Six squares of 8 by 8 hold 384 pixels at the most.
    assert outside.max() <= 384


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("scale", [(1, 1), (0.6, 1.5)])
def test_a_fragment_never_holds_a_whole_digit(digits, scale, monkeypatch):
    seen = []

    def record(whole, side, threshold, rng):
        pieces, there = _fragments.fragments(whole, side, threshold, rng)
        seen.append((whole, pieces, there))
        return pieces, there

    monkeypatch.setattr(canvas, "fragments", record)
    canvases(digits.x, digits.y, 200, rng(5), size=60, scale=scale)
    assert len(seen) == 6
    for whole, pieces, there in seen:
        assert pieces.shape == (200, 8, 8)
        all_ink = (whole > THRESHOLD).sum(axis=(1, 2))
        part = (pieces > THRESHOLD).sum(axis=(1, 2))
        assert there.mean() > 0.98
        assert (part < all_ink / 2)[there].all()
        assert (part >= all_ink / 10)[there].all()


def test_fragments_are_cut_from_the_image():
    whole = rng().random((30, 9, 7))
    pieces, there = _fragments.fragments(whole, 3, 0.5, rng(1))
    assert there.all()
    for image, piece in zip(whole, pieces, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
        assert (windows == piece).all(axis=(2, 3)).sum() == 1
    # One pixel of ink cannot be cut into less than half.
    dot = np.zeros((1, 9, 7))
    dot[0, 4, 4] = 1
    assert not _fragments.fragments(dot, 3, 0.5, rng())[1].any()


@pytest.mark.usefixtures("quiet")
def test_a_fragment_without_room_is_left_out():
    """A digit as large as the canvas leaves no place for any."""
    x = np.ones((3, 7, 7), np.float32)
    got = canvases(x, np.arange(3), 20, rng(), size=7)
    np.testing.assert_array_equal(got.x, np.ones((20, 7, 7)))


@pytest.mark.usefixtures("quiet")
def test_fragments_come_from_other_images():
    """Image 0 is grey at 0.5, image 1 at 1: beside one there are pieces of the other."""
    x = np.zeros((2, 14, 14), np.float32)
    x[:, 2:12, 2:12] = np.array([0.5, 1])[:, None, None]
    got = canvases(x, np.array([0, 1]), 100, rng(), size=40)
    for picture, y, mask in zip(got.x, got.y, got.masks, strict=True):
        assert set(picture[mask]) == {0.5 if y == 0 else 1}
        assert set(picture[~mask]) == {0, 1 if y == 0 else 0.5}


def test_other_images_is_never_in_the_row():
    index = rng().integers(4, size=(500, 3))
    other = _fragments.other_images(4, index, rng(1))
    assert (index != other[:, None]).all()
    assert set(other) == {0, 1, 2, 3}


def test_places_are_on_nothing_taken():
    taken = np.tile([[2, 0, 5, 3]], (3000, 1)).reshape(3000, 1, 4)
    sides = np.tile([2, 1], (3000, 1))  # two wide, one high
    corner, free = _places.places(sides, taken, rng(), 6)
    assert free.all()
    assert corner.max(axis=0).tolist() == [4, 5]
    # In the rows 0, 1, 2 only x0 = 0 is left: 1 is on 2, 4 on 4. In 3, 4, 5 all five are.
    counts = np.bincount(5 * corner[:, 1] + corner[:, 0], minlength=30).reshape(6, 5)
    np.testing.assert_array_equal(counts[:3, 1:], 0)
    # 3 + 15 = 18 places, 167 times each expected, standard deviation 13.
    assert np.abs(np.r_[counts[:3, 0], counts[3:].ravel()] - 3000 / 18).max() < 60


# Chance, noise and inputs


def test_the_generator_decides(digits):
    one, again, other = (
        canvases(digits.x, digits.y, 20, rng(seed), scale=(0.8, 1))
        for seed in (1, 1, 2)
    )
    for name in ("x", "y", "boxes", "masks"):
        np.testing.assert_array_equal(
            getattr(one, name), getattr(again, name), strict=True
        )
        assert (getattr(one, name) != getattr(other, name)).any()


def test_noise_is_faint(made):
    got = made["bare"]
    empty = got.x[~ndimage.binary_dilation(got.masks, np.ones((1, 9, 9)))]
    # Normal noise below 0 is cut off: half of it is 0, the mean is NOISE / sqrt(2 pi).
    assert (empty == 0).mean() == pytest.approx(0.5, abs=0.02)
    assert empty.mean() == pytest.approx(NOISE / np.sqrt(2 * np.pi), rel=0.02)
    assert (empty > 6 * NOISE).mean() < 1e-4  # a stray grey speck of a digit


def test_inputs_are_left_alone(digits):
    x, y = digits.x.copy(), digits.y.copy()
    canvases(x, y, 10, rng(), scale=(0.9, 1.1))
    np.testing.assert_array_equal(x, digits.x)
    np.testing.assert_array_equal(y, digits.y)


def test_other_sizes_of_digits():
    small = data.digits()
    got = canvases(small.x, small.y, 50, rng(), size=20, clutter=4)
    for mask, box in zip(got.masks, got.boxes, strict=True):
        assert tight(mask) == box.tolist()
    assert got.x.dtype == np.float32


def test_repr(made):
    assert repr(made["two"]) == (
        "Canvases: x (300, 64, 64) float32, y (300, 2) int64, boxes (300, 2, 4) int64, "
        "masks (300, 64, 64) bool"
    )


# Errors

X, Y = np.ones((3, 6, 6), np.float32), np.arange(3)
FAINT = np.concatenate([X, X / 4])


@pytest.mark.parametrize(
    ("call", "kind", "sentence"),
    [
        (
            lambda: canvases(X, Y, 2, 0),
            TypeError,
            "canvases: rng must be a numpy.random.Generator, but is of type int. Make "
            "one, np.random.default_rng(0), and give the same one each time: a seed would "
            "draw the same again for each batch.",
        ),
        (
            lambda: canvases(X, Y[:2], 2, rng()),
            ValueError,
            "canvases: x must have shape (N, H, W) and y (N,), N > 0, but they came with "
            "shapes (3, 6, 6) and (2,). Of (N, 1, H, W) take x[:, 0].",
        ),
        (
            lambda: canvases(X[:0], Y[:0], 2, rng(), clutter=0),
            ValueError,
            "canvases: x must have shape (N, H, W) and y (N,), N > 0, but they came with "
            "shapes (0, 6, 6) and (0,). Of (N, 1, H, W) take x[:, 0].",
        ),
        (
            lambda: canvases(X[:, None], Y, 2, rng()),
            ValueError,
            "canvases: x must have shape (N, H, W) and y (N,), N > 0, but they came with "
            "shapes (3, 1, 6, 6) and (3,). Of (N, 1, H, W) take x[:, 0].",
        ),
        (
            lambda: canvases(255 * X, Y, 2, rng()),
            ValueError,
            "canvases: x must go from 0, no ink, to 1, but goes from 255 to 255. Divide "
            "grey levels to 255 by 255.",
        ),
        (
            lambda: canvases(FAINT, np.arange(6), 2, rng()),
            ValueError,
            "canvases: image 3 of x has no ink, no pixel above 0.3. Leave it out, or "
            "divide grey levels so that ink is near 1.",
        ),
        (
            lambda: canvases(X, Y, 0, rng()),
            ValueError,
            "canvases: n=0 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            lambda: canvases(X, Y, 2, rng(), clutter=-1),
            ValueError,
            "canvases: clutter=-1 must be a whole number, 0 or more. Give such a number.",
        ),
        (
            lambda: canvases(X, Y, 2, rng(), scale=2),
            ValueError,
            "canvases: scale=2 must be two numbers, the lowest and the highest, both "
            "above 0. For a tenth more or less give (0.9, 1.1).",
        ),
        (
            lambda: canvases(X[:1], Y[:1], 2, rng()),
            ValueError,
            "canvases: fragments come from other images than the digits, but x has only 1 "
            "for n_digits=1. Give more images, or clutter=0.",
        ),
        (
            lambda: canvases(X, Y, 9, rng(), size=8, n_digits=2),
            ValueError,
            "canvases: no room was found for 2 digits in size=8 after 100 tries. Give a "
            "larger size, or fewer digits.",
        ),
        (
            lambda: canvases(X[:, :2, :2], Y, 9, rng(), scale=(0.1, 0.1)),
            ValueError,
            "canvases: a digit has no ink left once it is scaled. Give a larger scale.",
        ),
    ],
)
def test_sentences(call, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        call()
