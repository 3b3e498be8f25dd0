"""Turn whatever an answer gives back into plain data, safe to compare and to print.

`snapshot` touches foreign objects, whose methods may raise or hang: call it under
guard. Everything after it sees exact Python numbers, text, lists, tuples, dicts,
frozensets, plain NumPy arrays, `...`, None, and `Opaque` for all that is no data.
"""

import decimal
import inspect
import numbers
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

NUMBERS = (bool, int, float, complex)
SIZED = list | tuple | dict | set | frozenset | range
EXACT = (*NUMBERS, type(None), str, bytes, type(...))
TOO_LARGE = "That is more than can be compared: how large is it meant to be?"
DEEPEST = 20
LONGEST = 1_000_000  # entries of a list, a dict, a set
LARGEST = 10_000_000  # entries of an array


@dataclass(frozen=True)
class Opaque:
    """Something that is no data: its sort in words, and what its author can do."""

    sort: str
    advice: str = field(default="", compare=False)


def snapshot(x, depth=0):
    """Copy x as plain data. Tensors are detached; anything with __array__ is read."""
    if type(x) in EXACT:
        return x
    if depth > DEEPEST:
        return Opaque(f"a structure nested more than {DEEPEST} deep")
    if (opaque := _no_data(x)) is not None:
        return opaque
    if isinstance(x, np.ndarray | np.generic):
        return _array(x, depth)
    if hasattr(x, "detach") and hasattr(x, "numpy"):
        return _tensor(x, depth)
    if isinstance(x, str):
        return str.__str__(x)
    if isinstance(x, numbers.Integral):
        return int(x)
    if isinstance(x, numbers.Real | decimal.Decimal):
        return float(x)
    if isinstance(x, range):
        return list(x)
    if isinstance(x, list | tuple):
        items = [snapshot(item, depth + 1) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {_key(k): snapshot(v, depth + 1) for k, v in x.items()}
    if isinstance(x, set | frozenset):
        return frozenset(_key(item) for item in x)
    if hasattr(x, "__array__"):
        return _array(np.asarray(x), depth)
    advice = "Give numbers or arrays instead."
    if isinstance(x, Mapping):
        advice = "Put it in `dict(...)`."
    elif isinstance(x, Iterable):
        advice = "Put it in `list(...)`."
    return Opaque(f"{a(type(x).__name__)} object", advice)


def _no_data(x):
    """Name the things that people give back by mistake."""
    if inspect.iscoroutine(x):
        x.close()  # else Python warns that it was never awaited
        return Opaque("a coroutine", "Write `def` instead of `async def`.")
    if inspect.isgenerator(x):
        if x.__name__ == "<genexpr>":
            return Opaque("a generator", "Put it in `list(...)`.")
        return Opaque("a generator", "Use `return` instead of `yield`.")
    if inspect.isclass(x):
        return Opaque(f"the class `{x.__name__}` itself", "Call it with brackets.")
    if inspect.isroutine(x):
        name = getattr(x, "__name__", "function")
        return Opaque(f"the function `{name}` itself", "Call it with brackets.")
    if isinstance(x, types.ModuleType):
        return Opaque(f"the module `{x.__name__}`")
    if isinstance(x, np.ma.MaskedArray):
        return Opaque("a masked array", "Give back a plain array.")
    if isinstance(x, Iterator):
        sort = f"{a(type(x).__name__)} object, which is read only on demand"
        return Opaque(sort, "Put it in `list(...)`.")
    if isinstance(x, SIZED) and len(x) > LONGEST:
        return Opaque(f"{a(type(x).__name__)} of {len(x)}", TOO_LARGE)
    return None


def _array(array, depth):
    if array.size > LARGEST:
        return Opaque(f"an array of shape {array.shape}", TOO_LARGE)
    if array.dtype == object:
        parts = snapshot(array.tolist(), depth + 1)
        if find(parts, type(...)):
            return parts
        if (numbers := numeric(parts)) is not None:
            return numbers
        return Opaque(
            "an array of Python objects (dtype object)",
            "Rows of different lengths, or None among the numbers, give such an array.",
        )
    if array.dtype.names:
        return Opaque("an array with named fields")
    return np.array(array)  # a copy, and no subclass


def _tensor(x, depth):
    x = x.detach()
    x = x.cpu() if hasattr(x, "cpu") else x
    try:
        return _array(np.asarray(x.numpy()), depth)
    except TypeError:  # NumPy has no bfloat16
        return _array(np.asarray(x.float().numpy()), depth)


def _key(k):
    k = k.item() if isinstance(k, np.generic) else k
    return k if type(k) in EXACT else repr(k)[:200]


def numeric(x):
    """Return plain data as one array of numbers, or None where it is not that."""
    if isinstance(x, list | tuple) and all(type(item) in NUMBERS for item in x):
        x = np.array(x)
    elif isinstance(x, list | tuple):
        parts = [numeric(item) for item in x]
        if any(part is None for part in parts) or len({p.shape for p in parts}) > 1:
            return None
        x = np.array(parts)
    elif type(x) in NUMBERS:
        x = np.asarray(x)
    return x if isinstance(x, np.ndarray) and x.dtype.kind in "biufc" else None


def find(x, sort):
    """Return the first part of plain data x that is of this type, or None."""
    if isinstance(x, sort):
        return x
    parts = x.values() if isinstance(x, dict) else x
    if isinstance(parts, list | tuple) or isinstance(x, dict):
        return next((hit for p in parts if (hit := find(p, sort)) is not None), None)
    return None


def a(noun):
    """Put the article before a noun: a list, an array."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"
