"""Augmentation: by hand, against SciPy, and what must hold of any drawing of chance."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lessons_pkg.data import augment
from lessons_pkg.data.augment import (
    add_noise,
    affine,
    random_affine,
    random_crop,
    random_erase,
    random_flip,
    random_shift,
    shift,
)

RANDOM = {
    "random_affine": lambda x, rng: random_affine(x, rng, 20, 2, (0.8, 1.2), 10),
    "random_shift": lambda x, rng: random_shift(x, rng, 2),
    "random_crop": lambda x, rng: random_crop(x, rng, 2),
    "random_flip": random_flip,
    "add_noise": lambda x, rng: add_noise(x, rng, 0.2),
    "random_erase": lambda x, rng: random_erase(x, rng, 3),
}
FIXED = {
    "affine": lambda x, rng: affine(x, 20, 1.1, (1.5, -0.5), 10),
    "shift": lambda x, rng: shift(x, 1, -2),
}
ALL = {**RANDOM, **FIXED}


def rng(seed=0):
    return np.random.default_rng(seed)


def some(*shape, dtype=np.float64, seed=0):
    return rng(seed).normal(size=shape).astype(dtype)


def refuses(function, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        function()


# By hand


def test_turning_is_anticlockwise_as_seen():
    x = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    # A quarter turn against the clock: the right column comes to the top.
    np.testing.assert_allclose(affine(x, degrees=90)[0], [[2, 4], [1, 3]], atol=1e-12)
    np.testing.assert_allclose(affine(x, degrees=-90)[0], [[3, 1], [4, 2]], atol=1e-12)
    np.testing.assert_allclose(affine(x, degrees=180)[0], [[4, 3], [2, 1]], atol=1e-12)


def test_a_dot_at_the_right_rises_when_turned_a_little():
    x = np.zeros((1, 21, 21))
    x[0, 10, 18] = 1  # 8 columns to the right of the centre
    turned = affine(x, degrees=30)[0]
    row, column = ndimage.center_of_mass(turned)
    # (8 cos 30, 8 sin 30) = (6.93, 4): 4 rows up, 6.93 columns to the right.
    assert (row, column) == (
        pytest.approx(10 - 4, abs=0.1),
        pytest.approx(16.93, abs=0.1),
    )


def test_half_a_pixel_is_the_mean_of_two():
    x = np.array([[[1.0, 3.0, 7.0]]])
    # Moved right by 1/2, place j shows j - 1/2: (0 + 1) / 2, (1 + 3) / 2, (3 + 7) / 2.
    got = affine(x, translate=(0, 0.5))
    np.testing.assert_array_equal(got, [[[0.5, 2, 5]]])
    # The grey level around counts in the same way: (5 + 1) / 2.
    got = affine(x, translate=(0, 0.5), fill=5)
    np.testing.assert_array_equal(got, [[[3, 2, 5]]])


def test_a_quarter_down_and_a_half_right_weighs_four_pixels():
    x = np.array([[[0.0, 8.0], [16.0, 32.0]]])
    # Place (1, 1) shows (0.75, 0.5): between rows, 1/4 of the upper, 3/4 of the lower:
    # (0 + 8) / 2 = 4 and (16 + 32) / 2 = 24; 4 / 4 + 24 * 3 / 4 = 19.
    assert affine(x, translate=(0.25, 0.5))[0, 1, 1] == 19


def test_twice_as_large():
    x = np.array([[[0.0, 4.0, 8.0, 12.0]]])
    # The centre is 1.5. Place j shows 1.5 + (j - 1.5) / 2: 0.75, 1.25, 1.75, 2.25.
    row = affine(np.repeat(x, 4, axis=1), scale=2)[0, 1]
    np.testing.assert_array_equal(row, [3, 5, 7, 9])


def test_a_lean_to_the_right_moves_the_top_to_the_right():
    x = np.zeros((1, 5, 5))
    x[0, :, 2] = 1  # an upright stroke
    leaning = affine(x, shear=45)[0]
    np.testing.assert_allclose(leaning, np.fliplr(np.eye(5)), atol=1e-12)


def test_shift_by_hand():
    x = np.arange(1, 7).reshape(1, 2, 3)
    np.testing.assert_array_equal(shift(x, 1, 0)[0], [[0, 0, 0], [1, 2, 3]])
    np.testing.assert_array_equal(shift(x, -1, 1)[0], [[0, 4, 5], [0, 0, 0]])
    np.testing.assert_array_equal(shift(x, 0, -2, fill=9)[0], [[3, 9, 9], [6, 9, 9]])
    np.testing.assert_array_equal(shift(x, 0, 3)[0], np.zeros((2, 3)))
    np.testing.assert_array_equal(shift(x, -100, 100, fill=7)[0], np.full((2, 3), 7))


@pytest.mark.parametrize("rows", range(-8, 9))
def test_shift_is_cut_out_of_a_wider_image(rows):
    x = some(2, 3, 5)
    for columns in range(-12, 13):
        wide = np.pad(x, [(0, 0), (9, 9), (13, 13)], constant_values=7)
        expected = wide[:, 9 - rows : 12 - rows, 13 - columns : 18 - columns]
        np.testing.assert_array_equal(shift(x, rows, columns, fill=7), expected)


def test_each_image_may_have_its_own():
    x = some(3, 7, 5)
    got = shift(x, [1, 0, -2], [0, 4, 1])
    for i, (rows, columns) in enumerate([(1, 0), (0, 4), (-2, 1)]):
        np.testing.assert_array_equal(got[i], shift(x[i : i + 1], rows, columns)[0])
    own = dict(
        degrees=[10, -20, 30],
        scale=[0.8, 1, 1.3],
        translate=[(1, 0), (0, 0.5), (-2, 1)],
        shear=[0, 5, -10],
    )
    got = affine(x, **own)
    for i in range(3):
        one = affine(x[i : i + 1], **{name: v[i] for name, v in own.items()})
        np.testing.assert_array_equal(got[i], one[0])


# Against SciPy


def scipy_affine(image, degrees, scale, translate, shear, fill):
    """The same, from matrices for (x right, y up) as geometry writes them."""
    turn, lean = np.deg2rad(degrees), np.tan(np.deg2rad(shear))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    forward = scale * rotation @ np.array([[1, lean], [0, 1]])
    to_xy = np.array([[0, 1], [-1, 0]])  # (row, column) to (x, y) = (column, -row)
    matrix = np.linalg.inv(to_xy.T @ forward @ to_xy)
    centre = (np.array(image.shape) - 1) / 2
    offset = centre - matrix @ (centre + translate)
    return ndimage.affine_transform(
        image, matrix, offset, order=1, mode="grid-constant", cval=fill
    )


angles = st.floats(-360, 360)
pixels = st.floats(-9, 9)


@settings(max_examples=150)
@given(
    angles,
    st.floats(0.2, 5),
    st.tuples(pixels, pixels),
    st.floats(-70, 70),
    st.floats(-3, 3),
    st.sampled_from([(7, 11), (11, 7), (1, 5), (8, 8)]),
)
def test_affine_is_scipys(degrees, scale, translate, shear, fill, shape):
    x = some(2, *shape)
    got = affine(x, degrees, scale, translate, shear, fill)
    for image, ours in zip(x, got, strict=True):
        theirs = scipy_affine(image, degrees, scale, translate, shear, fill)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("degrees", [-170, -33, 12, 90, 200])
def test_turning_is_scipys_rotate(degrees):
    x = some(1, 13, 9)
    theirs = ndimage.rotate(
        x[0], degrees, reshape=False, order=1, mode="grid-constant", cval=0.3
    )
    np.testing.assert_allclose(affine(x, degrees, fill=0.3)[0], theirs, atol=1e-9)


@pytest.mark.parametrize("move", [(0, 0), (1, -3), (-2.25, 0.5), (20, 0)])
def test_moving_is_scipys_shift(move):
    x = some(1, 7, 5)
    theirs = ndimage.shift(x[0], move, order=1, mode="grid-constant", cval=-1)
    np.testing.assert_allclose(
        affine(x, translate=move, fill=-1)[0], theirs, atol=1e-12
    )


def test_the_comparison_can_fail():
    x = some(1, 7, 11)
    theirs = scipy_affine(x[0], 20, 1, (0, 0), 0, 0)
    assert np.abs(affine(x, -20)[0] - theirs).max() > 0.1
    theirs = scipy_affine(x[0], 0, 1, (1, 0), 0, 0)
    assert np.abs(affine(x, translate=(0, 1))[0] - theirs).max() > 0.1


def test_whole_moves_by_affine_and_by_shift_are_the_same():
    x = some(5, 2, 8, 6, dtype=np.float32)
    rows, columns = rng().integers(-3, 4, (2, 5))
    moved = affine(x, translate=np.stack([rows, columns], axis=1), fill=0.5)
    np.testing.assert_array_equal(moved, shift(x, rows, columns, fill=0.5))


def test_single_precision_is_close_to_double():
    x = some(9, 28, 28)
    given = dict(degrees=np.linspace(-40, 40, 9), scale=1.1, translate=(1.3, -2.7))
    single = affine(x.astype(np.float32), **given)
    np.testing.assert_allclose(single, affine(x, **given), atol=1e-4)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
def test_blocks_do_not_show(n):
    x = some(n, 6, 5)
    degrees = np.linspace(-50, 50, n)
    got = affine(x, degrees)
    np.testing.assert_array_equal(got[-1], affine(x[-1:], degrees[-1])[0])


# What must hold


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nothing_asked_is_nothing_done_to_the_bit(dtype):
    x = some(3, 2, 7, 4, dtype=dtype)
    for same in (
        affine(x),
        affine(x, fill=7),
        shift(x, 0, 0),
        random_affine(x, rng()),
        random_shift(x, rng(), 0),
        random_crop(x, rng(), 0),
        random_flip(x, rng(), p=0),
        add_noise(x, rng(), 0),
        random_erase(x, rng(), 0),
    ):
        np.testing.assert_array_equal(same, x, strict=True)
        assert not np.shares_memory(same, x)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(5, 7, 11), (5, 3, 7, 11), (0, 7, 11), (1, 1, 5, 5)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype_stay_and_the_input_is_left_alone(name, shape, dtype):
    x = some(*shape, dtype=dtype)
    before = x.copy()
    x.flags.writeable = False
    got = ALL[name](x, rng())
    assert (got.shape, got.dtype) == (x.shape, x.dtype)
    assert not np.shares_memory(got, x)
    got += 1  # what comes out can be written to
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", [name for name in ALL if name != "add_noise"])
def test_channels_of_an_image_share_what_is_done(name):
    x = some(6, 9, 7)
    got = ALL[name](np.stack([x, 2 * x, x], axis=1), rng())
    np.testing.assert_array_equal(got[:, 0], got[:, 2])
    np.testing.assert_array_equal(got[:, 0], ALL[name](x, rng()))
    np.testing.assert_allclose(got[:, 1], 2 * got[:, 0])  # for fill = 0


@pytest.mark.parametrize("name", ALL)
def test_memory_order_does_not_matter(name):
    x = some(4, 2, 9, 7)
    turned = np.ascontiguousarray(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0)
    np.testing.assert_array_equal(ALL[name](turned, rng()), ALL[name](x, rng()))


@pytest.mark.parametrize("name", RANDOM)
def test_the_generator_decides(name):
    x = some(20, 9, 7)
    one, again, other = (RANDOM[name](x, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    going_on = rng(1)
    first, second = RANDOM[name](x, going_on), RANDOM[name](x, going_on)
    np.testing.assert_array_equal(first, one)
    assert (second != first).any()


@pytest.mark.parametrize("name", RANDOM)
def test_images_are_treated_each_for_itself(name):
    x = np.broadcast_to(some(1, 9, 7), (60, 9, 7))
    assert len(np.unique(RANDOM[name](x, rng()), axis=0)) > 1


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_whole_numbers_can_be_moved_flipped_and_erased(dtype):
    x = (some(4, 6, 5) > 0).astype(dtype)
    for got in (
        shift(x, 1, 1),
        random_shift(x, rng(), 1),
        random_crop(x, rng(), 1),
        random_flip(x, rng()),
        random_erase(x, rng(), 2),
    ):
        assert got.dtype == x.dtype


# Chance


@pytest.mark.parametrize("function", [random_shift, random_crop])
def test_every_move_is_equally_likely(function):
    x = np.zeros((9000, 5, 5))
    x[:, 2, 2] = 1
    _, row, column = np.nonzero(function(x, rng(), 1))
    counts = np.bincount(3 * (row - 1) + column - 1)
    assert len(counts) == 9
    # 1000 each expected, standard deviation 30; the largest of nine stays below 4 of them.
    assert np.abs(counts - 1000).max() < 120


def test_random_affine_keeps_to_its_ranges(monkeypatch):
    drawn = {}

    def record(x, **amounts):
        drawn.update(amounts)
        return x

    monkeypatch.setattr(augment, "affine", record)
    x = np.zeros((4000, 3, 3))
    random_affine(x, rng(), degrees=10, translate=(1, 4), scale=(0.5, 2), shear=5)
    ranges = {"degrees": (-10, 10), "scale": (0.5, 2), "shear": (-5, 5)}
    drawn["rows"], drawn["columns"] = drawn.pop("translate").T
    ranges |= {"rows": (-1, 1), "columns": (-4, 4)}
    for name, (low, high) in ranges.items():
        values, width = drawn[name], high - low
        assert low <= values.min() < low + width / 100, name
        assert high - width / 100 < values.max() <= high, name
        # Drawn evenly: the mean is within 4 of its standard deviations.
        error = width / np.sqrt(12 * 4000)
        assert abs(values.mean() - (low + high) / 2) < 4 * error, name
    pairs = np.corrcoef([drawn[name] for name in ranges])
    assert np.abs(pairs - np.eye(5)).max() < 0.1  # each amount for itself


def test_random_affine_one_number_moves_both_ways():
    x = some(50, 9, 9)
    both = random_affine(x, rng(), translate=2)
    np.testing.assert_array_equal(both, random_affine(x, rng(), translate=(2, 2)))


@pytest.mark.parametrize(("axis", "flipped"), [(-1, np.fliplr), (-2, np.flipud)])
def test_flips(axis, flipped):
    x = some(4000, 3, 2)
    got = random_flip(x, rng(), p=0.3, axis=axis)
    turned = (got != x).any(axis=(1, 2))
    # 1200 expected, standard deviation 29.
    assert abs(turned.sum() - 1200) < 120
    for i in np.flatnonzero(turned)[:20]:
        np.testing.assert_array_equal(got[i], flipped(x[i]))
    everything = random_flip(x, rng(), p=1, axis=axis)
    np.testing.assert_array_equal(everything, np.flip(x, axis))


def test_noise_has_the_deviation_asked_for():
    x = np.full((50, 20, 20), 5.0)
    noise = add_noise(x, rng(), 0.3) - 5
    # 20,000 numbers: the error of the mean is 0.0021, of the deviation 0.0015.
    assert abs(noise.mean()) < 0.01
    assert noise.std() == pytest.approx(0.3, abs=0.006)
    assert abs(np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]) < 0.03


def test_erased_is_one_square_that_lies_within():
    x = np.ones((3000, 6, 5))
    got = random_erase(x, rng(), 3, fill=9)
    assert ((got == 9).sum(axis=(1, 2)) == 9).all()
    rows, columns = (got == 9).any(axis=2), (got == 9).any(axis=1)
    assert (rows.sum(axis=1) == 3).all()
    assert (columns.sum(axis=1) == 3).all()
    # 4 by 3 places, 250 times each expected, standard deviation 15.
    counts = np.bincount(3 * rows.argmax(axis=1) + columns.argmax(axis=1))
    assert len(counts) == 12
    assert np.abs(counts - 250).max() < 65
    np.testing.assert_array_equal(random_erase(x[:2], rng(), 5)[0, :, 0].sum(), 1)


# Errors


@pytest.mark.parametrize("name", ALL)
def test_what_is_no_array_of_images(name):
    call = lambda x: lambda: ALL[name](x, rng())  # noqa: E731
    refuses(
        call([[1.0]]),
        TypeError,
        f"{name}: x must be a NumPy array of images, but is of type list. Convert it "
        "first.",
    )
    refuses(
        call(np.zeros((28, 28))),
        ValueError,
        f"{name}: x must have shape (N, H, W) or (N, C, H, W), but came with shape "
        "(28, 28). Give one image as x[None].",
    )
    refuses(
        call(np.zeros((2, 0, 3))),
        ValueError,
        f"{name}: x must have shape (N, H, W) or (N, C, H, W), but came with shape "
        "(2, 0, 3). Give one image as x[None].",
    )
    rule = "floats" if name in ("affine", "random_affine", "add_noise") else "numbers"
    refuses(
        call(np.zeros((1, 2, 2), complex)),
        TypeError,
        f"{name}: x must hold {rule}, but its dtype is complex128. Turn it into float32 "
        "first; grey levels to 255 are divided by 255.",
    )


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(2, 8, 9, 3), (8, 9, 3)])
def test_colours_that_come_last_are_not_taken_for_columns(name, shape):
    refuses(
        lambda: ALL[name](np.zeros(shape), rng()),
        ValueError,
        f"{name}: x of shape {shape} seems to have its colours last, but x must be "
        "(N, C, H, W). Give one image as x[None], and move the colours with "
        "x.transpose(0, 3, 1, 2).",
    )


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_amounts_still_give_numbers(scale, dtype):
    x = some(2, 7, 5, dtype=dtype)
    for translate in ((-1e6, 1e6), (0.25, 0)):
        got = affine(x, 33, scale, translate, shear=np.nextafter(90, 0), fill=0.5)
        assert np.isfinite(got).all()


@pytest.mark.parametrize("name", ["affine", "random_affine", "add_noise"])
def test_grey_levels_must_be_floats_where_they_are_mixed(name):
    refuses(
        lambda: ALL[name](np.zeros((1, 5, 5), np.uint8), rng()),
        TypeError,
        f"{name}: x must hold floats, but its dtype is uint8. Turn it into float32 "
        "first; grey levels to 255 are divided by 255.",
    )


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("given", [0, None, np.random.RandomState(0)])
def test_a_seed_is_no_generator(name, given):
    refuses(
        lambda: RANDOM[name](np.zeros((1, 5, 5)), given),
        TypeError,
        f"{name}: rng must be a numpy.random.Generator, but is of type "
        f"{type(given).__name__}. Make one, np.random.default_rng(0), and give the same "
        "one each time: a seed would draw the same again for each batch.",
    )


X = np.zeros((3, 6, 5))
EACH = "one number for all images or (3,) for one an image"
AMOUNT = "Give the largest amount: it counts in both directions."
DEVIATION = "Give the standard deviation, one for all images."


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: affine(X, degrees=[1, 2]),
            f"affine: degrees must hold finite numbers, {EACH}, but came as [1, 2].",
        ),
        (
            lambda: affine(X, degrees=np.nan),
            f"affine: degrees must hold finite numbers, {EACH}, but came as nan.",
        ),
        (
            lambda: affine(X, shear="a"),
            f"affine: shear must hold finite numbers, {EACH}, but came as 'a'.",
        ),
        (
            lambda: affine(X, translate=1),
            "affine: translate must hold finite numbers, (2,) for all images or (3, 2) "
            "for one an image, but came as 1.",
        ),
        (
            lambda: affine(X, translate=np.zeros((9, 2))),
            "affine: translate must hold finite numbers, (2,) for all images or (3, 2) "
            "for one an image, but came as shape (9, 2).",
        ),
        (
            lambda: affine(X, scale=[1, 0, 2]),
            "affine: scale must be from 1e-6 to 1e6, but holds 0. Give another one.",
        ),
        (
            lambda: affine(X, shear=90),
            "affine: shear must be between -90 and 90, but holds 90. Give another one.",
        ),
        (
            lambda: affine(X, fill=None),
            "affine: fill=None must be a finite number. Give one.",
        ),
        (
            lambda: affine(X, fill=np.inf),
            "affine: fill=inf must be a finite number. Give one.",
        ),
        (
            lambda: shift(X, 0.5, 0),
            "shift: rows must be a whole number of pixels, but holds 0.5. Give another "
            "one.",
        ),
        (
            lambda: shift(X, 0, [0, 1]),
            f"shift: columns must hold finite numbers, {EACH}, but came as [0, 1].",
        ),
        (
            lambda: shift(X.astype(np.uint8), 1, 1, fill=0.5),
            "shift: fill=0.5 cannot be held by images of dtype uint8. Give another grey "
            "level, or turn the images into float64.",
        ),
        (
            lambda: random_erase(X.astype(np.uint8), rng(), 1, fill=256),
            "random_erase: fill=256 cannot be held by images of dtype uint8. Give another "
            "grey level, or turn the images into float64.",
        ),
        (
            lambda: random_shift(X, rng(), -1),
            "random_shift: most=-1 must be a whole number, 0 or more. Give such a number.",
        ),
        (
            lambda: random_shift(X, rng(), True),
            "random_shift: most=True must be a whole number, 0 or more. Give such a "
            "number.",
        ),
        (
            lambda: random_crop(X, rng(), 1.5),
            "random_crop: padding=1.5 must be a whole number, 0 or more. Give such a "
            "number.",
        ),
        (
            lambda: random_affine(X, rng(), degrees=-5),
            f"random_affine: degrees=-5 must be a number of 0 or more. {AMOUNT}",
        ),
        (
            lambda: random_affine(X, rng(), degrees=(-5, 5)),
            f"random_affine: degrees=(-5, 5) must be a number of 0 or more. {AMOUNT}",
        ),
        (
            lambda: random_affine(X, rng(), translate=(1, 2, 3)),
            "random_affine: translate=(1, 2, 3) must be a number, or two for rows and "
            f"columns, of 0 or more. {AMOUNT}",
        ),
        (
            lambda: random_affine(X, rng(), scale=0.1),
            "random_affine: scale=0.1 must be two numbers, the lowest and the highest, "
            "both above 0. For a tenth more or less give (0.9, 1.1).",
        ),
        (
            lambda: random_affine(X, rng(), scale=(1.1, 0.9)),
            "random_affine: scale=(1.1, 0.9) must be two numbers, the lowest and the "
            "highest, both above 0. For a tenth more or less give (0.9, 1.1).",
        ),
        (
            lambda: random_flip(X, rng(), p=1.5),
            "random_flip: p=1.5 is no probability. Give a number from 0 to 1.",
        ),
        (
            lambda: random_flip(X, rng(), axis=1),
            "random_flip: axis=1 must be -1, left and right, or -2, top and bottom. Give "
            "one of them.",
        ),
        (
            lambda: add_noise(X, rng(), -0.1),
            f"add_noise: sd=-0.1 must be a number of 0 or more. {DEVIATION}",
        ),
        (
            lambda: add_noise(X, rng(), np.array([0.1, 0.2])),
            f"add_noise: sd=[0.1, 0.2] must be a number of 0 or more. {DEVIATION}",
        ),
        (
            lambda: affine(X.astype(np.float32), scale=1e-39),
            "affine: scale must be from 1e-6 to 1e6, but holds 1e-39. Give another one.",
        ),
        (
            lambda: affine(X.astype(np.float32), translate=(-1e39, 0)),
            "affine: translate must be from -1e6 to 1e6, but holds -1e+39. Give another "
            "one.",
        ),
        (
            lambda: affine(X.astype(np.float32), fill=1e39),
            "affine: fill=1e+39 cannot be held by images of dtype float32. Give another "
            "grey level, or turn the images into float64.",
        ),
        (
            lambda: shift(X.astype(np.float16), 1, 1, fill=70000),
            "shift: fill=70000 cannot be held by images of dtype float16. Give another "
            "grey level, or turn the images into float64.",
        ),
        (
            lambda: random_erase(X, rng(), 6),
            "random_erase: size=6 is larger than the images, 6 by 5. Give a smaller one.",
        ),
    ],
)
def test_sentences(call, sentence):
    refuses(call, ValueError, sentence)


def test_the_module_imports_numpy_alone():
    for module in (augment, inspect.getmodule(affine)):
        lines = re.findall(r"^(?:import|from) (\S+)", inspect.getsource(module), re.M)
        assert set(lines) <= {"numpy", ".", ".warp", "numbers"}
