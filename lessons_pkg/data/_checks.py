"""What augmentation accepts: one check for each sort of argument, with its sentence."""

from numbers import Integral, Real

import numpy as np

_BOTH = "Give the largest amount: it counts in both directions."


def images(who, x, kinds="biuf"):
    """Return x, an array (N, H, W) or (N, C, H, W) of one of the kinds of dtype."""
    if not isinstance(x, np.ndarray):
        raise TypeError(
            f"{who}: x must be a NumPy array of images, but is of type "
            f"{type(x).__name__}. Convert it first."
        )
    if x.ndim not in (3, 4) or not min(x.shape[-2:]):
        raise ValueError(
            f"{who}: x must have shape (N, H, W) or (N, C, H, W), but came with shape "
            f"{x.shape}. Give one image as x[None]."
        )
    if x.shape[-1] == 3 and min(x.shape[-3:-1]) >= 8:
        raise ValueError(
            f"{who}: x of shape {x.shape} seems to have its colours last, but x must be "
            "(N, C, H, W). Give one image as x[None], and move the colours with "
            "x.transpose(0, 3, 1, 2)."
        )
    if x.dtype.kind not in kinds:
        rule = "floats" if kinds == "f" else "numbers"
        raise TypeError(
            f"{who}: x must hold {rule}, but its dtype is {x.dtype}. "
            "Turn it into float32 first; grey levels to 255 are divided by 255."
        )
    return x


def generator(who, rng):
    """Return rng, a numpy.random.Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{who}: rng must be a numpy.random.Generator, but is of type "
            f"{type(rng).__name__}. Make one, np.random.default_rng(0), and give the same "
            "one each time: a seed would draw the same again for each batch."
        )
    return rng


def number(who, name, value):
    """Return value, one finite number."""
    if not isinstance(value, Real | np.bool) or not np.isfinite(value):
        raise ValueError(f"{who}: {name}={value!r} must be a finite number. Give one.")
    return value


def fill(who, value, dtype):
    """Return the grey level as the dtype of the images, which must be able to hold it."""
    number(who, "fill", value)
    with np.errstate(all="ignore"):
        held = np.asarray(value).astype(dtype)
    if not np.isfinite(held) or (dtype.kind != "f" and held != value):
        raise ValueError(
            f"{who}: fill={value} cannot be held by images of dtype {dtype}. "
            "Give another grey level, or turn the images into float64."
        )
    return held[()]


def one_an_image(who, name, value, n, size=None):
    """Return value as floats (n,), or (n, size): one for all images is repeated."""
    tail = () if size is None else (size,)
    try:
        values = np.asarray(value, dtype=np.float64)
        fits = values.shape in (tail, (n, *tail)) and np.isfinite(values).all()
    except (TypeError, ValueError):
        fits = False
    if not fits:
        one, each = ("one number", f"({n},)") if size is None else (tail, (n, *tail))
        raise ValueError(
            f"{who}: {name} must hold finite numbers, {one} for all images or {each} for "
            f"one an image, but came as {_short(value)}."
        )
    return np.broadcast_to(values, (n, *tail))


def require(who, name, values, holds, rule):
    """Refuse values where one does not keep the rule."""
    if not holds.all():
        raise ValueError(
            f"{who}: {name} must be {rule}, but holds {values[~holds][0]:g}. "
            "Give another one."
        )


def whole(who, name, value, n):
    """Return value as whole numbers (n,); one for all images is repeated."""
    values = one_an_image(who, name, value, n)
    require(who, name, values, values == np.rint(values), "a whole number of pixels")
    return values.clip(-(2**31), 2**31).astype(np.int64)


def size(who, name, value, least=0):
    """Return value, one whole number that is at least `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"{who}: {name}={value!r} must be a whole number, {least} or more. "
            "Give such a number."
        )
    return int(value)


def most(who, name, value, sizes=(1,), advice=_BOTH):
    """Return the largest amounts allowed, numbers of 0 or more, as an array."""
    try:
        amounts = np.asarray(value, dtype=np.float64)
        fits = amounts.size in sizes and amounts.ndim < 2
        fits = fits and (np.isfinite(amounts) & (amounts >= 0)).all()
    except (TypeError, ValueError):
        fits = False
    if not fits:
        many = "a number" if sizes == (1,) else "a number, or two for rows and columns,"
        raise ValueError(
            f"{who}: {name}={_short(value)} must be {many} of 0 or more. {advice}"
        )
    return amounts if sizes != (1,) else float(amounts)


def low_and_high(who, name, value):
    """Return two numbers, 0 < low <= high."""
    try:
        low, high = (float(v) for v in value)
        fits = 0 < low <= high < np.inf
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            f"{who}: {name}={_short(value)} must be two numbers, the lowest and the "
            "highest, both above 0. For a tenth more or less give (0.9, 1.1)."
        )
    return low, high


def _short(value):
    if isinstance(value, np.ndarray):
        return f"shape {value.shape}" if value.size > 8 else repr(value.tolist())
    return repr(value)
