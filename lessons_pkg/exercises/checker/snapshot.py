"""Turn whatever an answer gives back into plain data, safe to compare and to print.

`snapshot` touches foreign objects, whose methods may raise or hang: call it under
guard. Everything after it sees exact Python numbers, text, lists, tuples, dicts,
frozensets, plain NumPy arrays, `...`, None, and `Opaque` for all that is no data.
"""

import decimal
import inspect
import numbers
import types
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

EXACT = (type(None), bool, int, float, complex, str, bytes, type(...))
DEEPEST = 20
LONGEST_RANGE = 100_000


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
        return _array(np.array(x))
    if hasattr(x, "detach") and hasattr(x, "numpy"):
        return _tensor(x)
    if isinstance(x, str):
        return str.__str__(x)
    if isinstance(x, numbers.Integral):
        return int(x)
    if isinstance(x, numbers.Real | decimal.Decimal):
        return float(x)
    if isinstance(x, range) and len(x) <= LONGEST_RANGE:
        return list(x)
    if isinstance(x, list | tuple):
        items = [snapshot(item, depth + 1) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {_key(k): snapshot(v, depth + 1) for k, v in x.items()}
    if isinstance(x, set | frozenset):
        return frozenset(_key(item) for item in x)
    if hasattr(x, "__array__"):
        return _array(np.array(np.asarray(x)))
    return Opaque(f"{a(type(x).__name__)} object", "Give numbers or arrays instead.")


def _no_data(x):
    """Name the things that people give back by mistake."""
    if inspect.iscoroutine(x):
        x.close()  # else Python warns that it was never awaited
        return Opaque("a coroutine", "Write `def` instead of `async def`.")
    if inspect.isgenerator(x):
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
    return None


def _array(array):
    if array.dtype == object:
        if any(item is ... for item in array.flat):
            return array.tolist()
        return Opaque(
            "an array of Python objects (dtype object)",
            "Rows of different lengths, or None among the numbers, give such an array.",
        )
    if array.dtype.names:
        return Opaque("an array with named fields")
    return array


def _tensor(x):
    x = x.detach()
    x = x.cpu() if hasattr(x, "cpu") else x
    try:
        return _array(np.array(x.numpy()))
    except TypeError:  # NumPy has no bfloat16
        return _array(np.array(x.float().numpy()))


def _key(k):
    k = k.item() if isinstance(k, np.generic) else k
    return k if type(k) in EXACT else repr(k)[:200]


def numeric(x):
    """Return plain data as one array of numbers, or None where it is not that."""
    if isinstance(x, list | tuple):
        parts = [numeric(item) for item in x]
        if any(part is None for part in parts) or len({p.shape for p in parts}) > 1:
            return None
        x = np.array(parts)
    elif type(x) in (bool, int, float, complex):
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
