"""Compare two values of plain data; say what differs: type, then shape, then value."""

from dataclasses import dataclass

import numpy as np

from .describe import kind_of, short
from .snapshot import Opaque, find, numeric

TEXT_ADVICE = "Write numbers, without quotes and without units."
SEVERAL = (
    "It gives several things, and one is asked for. (Is there a comma, or torch's "
    "`max(dim=...)`, which gives values and places?)"
)
DECIMAL_COMMA = "Is there a decimal comma? Python writes 0.5 with a point."
COARSE = 1e-12  # the rounding of float32 and float16 is above this, of float64 below
ROUNDED = 1e-5  # an atol this wide stands for a rounding that the statement asks for


@dataclass(frozen=True)
class Tolerance:
    """got is right where |got - want| <= atol + rtol * |want|."""

    rtol: float = 0.0
    atol: float = 0.0


EXACTLY = Tolerance()


@dataclass(frozen=True)
class Difference:
    """`message` gives nothing away; `expected` and `got` are the values, as text."""

    message: str
    expected: str = ""
    got: str = ""
    advice: str = ""


def compare(want, got, tolerance):
    """Return None where got is want within the tolerance, else the Difference."""
    a, b = numeric(want), numeric(got)
    if a is not None and b is not None and not _holds_arrays(want):
        return _compare_numbers(a, b, (want, got), tolerance)
    if a is None:
        want, got = _listed(want), _listed(got)
    if isinstance(want, dict) and isinstance(got, dict):
        return _compare_dicts(want, got, tolerance)
    if isinstance(want, list | tuple) and isinstance(got, list | tuple):
        return _compare_items(want, got, tolerance)
    same_sort = type(want) is type(got) and (a is None) == (b is None)
    if same_sort and np.array_equal(want, got):
        return None
    if not same_sort or isinstance(want, Opaque):
        return _wrong_type(want, got)
    return Difference("the value is not right", short(want), short(got))


def _listed(x):
    """Arrays of text are compared as lists."""
    is_text = isinstance(x, np.ndarray) and numeric(x) is None
    return x.tolist() if is_text and x.dtype.kind in "US" else x


def _holds_arrays(x):
    return isinstance(x, list | tuple) and any(
        isinstance(item, np.ndarray) and item.ndim for item in x
    )


def _compare_dicts(want, got, tolerance):
    if missing := [k for k in want if k not in got]:
        return Difference(f"the entry {missing[0]!r} is missing", got=short(got))
    if extra := [k for k in got if k not in want]:
        return Difference(f"there is an entry {short(extra[0])} that was not asked for")
    pairs = {f"entry {k!r}": (v, got[k]) for k, v in want.items()}
    return _first_difference(pairs, tolerance)


def _compare_items(want, got, tolerance):
    if len(want) != len(got):
        message = f"{len(want)} values were expected, and {len(got)} came"
        return Difference(message, short(want), short(got))
    pairs = {f"value {i + 1}": p for i, p in enumerate(zip(want, got, strict=True))}
    return _first_difference(pairs, tolerance)


def _first_difference(pairs, tolerance):
    for where, (want, got) in pairs.items():
        if (d := compare(want, got, tolerance)) is not None:
            return Difference(f"in {where}, {d.message}", d.expected, d.got, d.advice)
    return None


def _wrong_type(want, got):
    message = f"{kind_of(want)} was expected, and {kind_of(got)} came"
    return Difference(message, advice=_type_advice(want, got))


def _type_advice(want, got):
    if find(got, type(...)):
        return "There is still a `...` in it: put your value in its place."
    if want is None:
        return "It should work in place and give nothing back: leave out `return`."
    if opaque := find(got, Opaque):
        return opaque.advice
    if isinstance(got, str):
        return TEXT_ADVICE if numeric(want) is not None else ""
    if isinstance(got, np.ndarray) and got.dtype.kind in "US":
        return "Its entries are text in quotes, not numbers."
    if isinstance(got, frozenset | dict) and isinstance(want, list | np.ndarray):
        return "Give the numbers in order, in square brackets: `[..., ...]`."
    if isinstance(got, tuple) and isinstance(want, np.ndarray):
        return SEVERAL
    if isinstance(got, list | tuple) and numeric(want) is not None:
        if all(numeric(item) is not None for item in got):
            return "Its rows have different lengths, so it makes no array."
        return "Not all of its entries are numbers."
    return ""


def _compare_numbers(want, got, written, tolerance):
    """Compare arrays of numbers; `written` is both as they were given."""
    if got.size and want.size and (got.dtype == bool) != (want.dtype == bool):
        return _truth_values(want, got, written[1])
    if got.dtype.kind == "c" and want.dtype.kind != "c":
        came = _kind_came(got, written[1])
        message = f"real numbers were expected, and {came} came"
        return Difference(message, advice="Is there a root of a negative number?")
    if want.shape != got.shape:
        return _wrong_shape(want, got, written, tolerance)
    close = _close(_as_floats(want), _as_floats(got), tolerance)
    return None if close.all() else _wrong_numbers(want, got, close, tolerance)


def _kind_came(array, written):
    """What came; a list is named by the sort of its entries."""
    return kind_of(array if isinstance(written, list | tuple) else written)


def _truth_values(want, got, written):
    came = _kind_came(got, written)
    if want.dtype == bool:
        message = f"True or False was expected, and {came} came"
        return Difference(message, advice="Compare: `x > 0` is True or False.")
    message = f"numbers were expected, and {came} came"
    advice = (
        "Comparing with `==` or `>` gives True or False. Where 1 and 0 are asked for, "
        "write `.astype(float)` for an array, `float(...)` for one."
    )
    return Difference(message, advice=advice)


def _shape_text(x, written):
    if x.ndim == 0:
        return "a single number"
    if not isinstance(written, list | tuple):
        return f"shape {x.shape}"
    return kind_of(written) if x.ndim == 1 else f"shape {x.shape} ({kind_of(written)})"


def _wrong_shape(want, got, written, tolerance):
    expected, came = map(_shape_text, (want, got), written)
    message = f"{expected} was expected, and {came} came"
    in_brackets = isinstance(written[1], list | tuple)
    if in_brackets and got.dtype.kind == "i" and got.size == 2 * want.size:
        return Difference(message, advice=DECIMAL_COMMA)
    want, got = _as_floats(want), _as_floats(got)
    if want.ndim > 1 and want.shape == got.T.shape:
        if _close(want, got.T, tolerance).all():
            return Difference(message, advice="The numbers are right, but transposed.")
    elif want.size == got.size and _close(want.ravel(), got.ravel(), tolerance).all():
        return Difference(
            message, advice="The numbers are right, only the shape is not."
        )
    several = isinstance(written[1], tuple) and got.ndim > want.ndim > 0
    return Difference(message, advice=SEVERAL if several else "")


def _as_floats(x):
    return x.astype(float) if x.dtype.kind in "biu" else x


def _close(want, got, tolerance):
    """Which entries are right. float32 and float16 may err by their own rounding."""
    rtol, atol = tolerance.rtol, tolerance.atol
    eps = max(np.finfo(x.dtype).eps for x in (want, got))
    if eps > COARSE and tolerance != EXACTLY:
        atol += 32 * eps * np.abs(want[np.isfinite(want)]).max(initial=0.0)
    with np.errstate(all="ignore"):
        return np.isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)


def _wrong_numbers(want, got, close, tolerance):
    """`want` and `got` as they came: whole numbers and truth values among them."""
    first = tuple(int(i) for i in np.argwhere(~close)[0])
    wrong, total = int((~close).sum()), want.size
    message = "the value is not right"
    if want.ndim:
        here = ", ".join(map(str, first))
        message = f"the entry at index [{here}] is not right"
        if wrong > 1:
            message = f"{wrong} of {total} entries are not right, the first at "
            message += f"index [{here}]"
    expected, came = _two_texts(want[first], got[first])
    advice = _number_advice(want, got, close, tolerance)
    return Difference(message, expected, came, advice)


def _number_advice(want, got, close, tolerance):
    whole = got.dtype.kind == "i"
    want, got = _as_floats(want), _as_floats(got)
    wrong_want, wrong_got = want[~close], got[~close]
    if np.isnan(wrong_got).any():
        return "nan is what 0/0, inf - inf and the logarithm of a negative number give."
    if np.isinf(wrong_got).any():
        return "inf comes from a division by zero, or from a number too large to hold."
    if _close(want, -got, tolerance).all():
        return "It is right but for the sign."
    allowed = tolerance.atol + tolerance.rtol * np.abs(wrong_want)
    near = (np.abs(wrong_got - wrong_want) <= 10 * allowed).all()
    if near and tolerance.atol >= ROUNDED:
        decimals = max(0, round(-np.log10(2 * tolerance.atol)))
        places = f"{decimals} decimal{'' if decimals == 1 else 's'}"
        return f"It is close: work it out to {places}, and round only at the end."
    if whole and (np.trunc(want) == got).all():
        return "Are its decimals cut off? `int`, `//` and whole numbers do that."
    if got.any() and any((np.round(want, n) == got).all() for n in (2, 3, 4)):
        return "Is it rounded? Leave all decimals in it."
    return ""


def _two_texts(want, got):
    """Write two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 12, 17):
        texts = short(np.asarray(want), digits), short(np.asarray(got), digits)
        if texts[0] != texts[1]:
            break
    return texts
