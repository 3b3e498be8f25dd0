"""Write plain data, arguments and calls as short text."""

import inspect
import re

import numpy as np

from .snapshot import Opaque, a, numeric, snapshot

LONGEST = 300
COMMON = ("float64", "int64", "bool")  # what np.array makes by itself
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text):
    """Drop terminal colours and control characters, and what cannot be encoded."""
    text = CONTROL.sub("", text)
    return text.encode("utf-8", "backslashreplace").decode()


def code(text, longest=LONGEST):
    """Mark text as code, in backticks; cut it where it is too long."""
    end = " ..." if len(text) > longest else ""
    text = clean(text[:longest]).replace("`", "'")
    return f"`{text or ' '}{end}`"


def short(x, digits=6, point=""):
    """Write plain data compactly: arrays as `[0, 0.5]`, floats to `digits` digits.

    `point` follows a float that is whole: "" writes 2, ".0" writes 2.0.
    """
    if isinstance(x, np.ndarray):
        return _array_text(x, digits, point)
    if isinstance(x, float):
        return _float_text(x, digits, point)
    if isinstance(x, list | tuple):
        ends = "[]" if isinstance(x, list) else "()"
        comma = "," if isinstance(x, tuple) and len(x) == 1 else ""
        items = _listed(short(item, digits, point) for item in x[:50])
        return f"{ends[0]}{items}{comma}{ends[1]}"
    if isinstance(x, dict):
        items = [(short(k), short(v, digits, point)) for k, v in [*x.items()][:50]]
        return f"{{{_listed(f'{k}: {v}' for k, v in items)}}}"
    if isinstance(x, frozenset):
        return f"{{{_listed(sorted(map(short, x))[:50])}}}"
    if isinstance(x, int) and abs(x) >= 10**30:
        return "a whole number of more than 30 digits"
    return x.sort if isinstance(x, Opaque) else "..." if x is ... else repr(x)


def _listed(texts):
    return ", ".join(texts)


def _float_text(x, digits, point):
    text = f"{x + 0.0:.{digits}g}"  # + 0.0 turns -0.0 into 0.0
    return text + point if text.lstrip("-").isdigit() else text


def _array_text(x, digits, point):
    plain = {"float_kind": lambda v: _float_text(v, digits, point), "bool": str}
    text = np.array2string(
        x, separator=", ", threshold=40, edgeitems=3, formatter=plain, max_line_width=75
    )
    one_line = re.sub(r"\s*\n\s*", " ", text)
    return one_line if len(one_line) <= 75 else text


def kind_of(x):
    """Say in words what sort of thing plain data x is: `an array of shape (2, 3)`."""
    if isinstance(x, Opaque):
        return x.sort
    if x is None:
        return "None"
    if isinstance(x, bool):
        return f"the truth value {x}"
    if isinstance(x, str):
        return f"the text {code(repr(x[:80]))}"
    if isinstance(x, np.ndarray):
        return _array_kind(x)
    if isinstance(x, int | float):
        return "a number" if numeric(x) is not None else "a number too large to compare"
    if isinstance(x, complex):
        return "a complex number"
    if isinstance(x, list | tuple) and len(x):
        return f"{a(type(x).__name__)} of {len(x)}"
    return {frozenset: "a set", type(...): "`...`"}.get(type(x), a(type(x).__name__))


def _array_kind(x):
    if x.ndim == 0 and x.dtype.kind in "iuf":
        return "a number"
    sort = {"b": " of True and False", "U": " of text", "S": " of text"}
    sort = {"c": " of complex numbers", **sort}.get(x.dtype.kind, "")
    if not sort and numeric(x) is None:
        sort = f" of dtype {x.dtype}"
    if x.ndim == 0:
        return f"a single value{sort}"
    return f"an array{sort} of shape {x.shape}"


def call_text(entry, case, names):
    """Write the call of a case, so that it can be pasted into a cell."""
    texts = [argument_text(value) for value in case.values]
    pairs = [
        f"{name}={text}" if name.isidentifier() else text
        for name, text in zip(names, texts, strict=True)
    ]
    if not case.label:
        return f"{code(f'{entry}({_listed(pairs)})')}"
    given = _listed(code(pair.replace("=", " = ", 1)) for pair in pairs)
    return f"{code(case.label)} with {given}" if given else code(case.label)


def argument_text(value):
    """Write one argument of a case, by the course's authors, as Python."""
    if inspect.isroutine(value) or inspect.isclass(value):
        return value.__name__
    if isinstance(value, np.random.Generator):
        return "np.random.default_rng()"
    plain = snapshot(value)
    if isinstance(plain, np.ndarray) and plain.ndim:
        if plain.size > 40:
            return f"<array of shape {plain.shape}>"
        dtype = "" if plain.dtype.name in COMMON else f", dtype=np.{plain.dtype}"
        return f"np.array({short(plain, point='.0')}{dtype})"
    return short(plain, point=".0")


def signature_text(function):
    """Write `name(parameters)` of a callable, or nothing where it has none."""
    try:
        return f"{function.__name__}{inspect.signature(function)}"
    except Exception:  # it has none, or is not what it seems
        return ""
