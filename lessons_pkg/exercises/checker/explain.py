"""Put what went wrong on a case into plain sentences: what it is, and what to do."""

import re

from .compare import compare
from .describe import call_text, clean, code, short
from .guard import InputAsked

SHAPES = "The shapes do not fit: look at the `.shape` of each array in it."
ADVICE = (  # sort of error, what its text holds (a pattern), what to do
    (InputAsked, "", "The inputs are the arguments: use those, not `input()`."),
    (SystemExit, "", "That ends the program: leave out `exit()`, and use `return`."),
    (RecursionError, "", "It calls itself without end: which call is the last?"),
    (MemoryError, "", "That is more memory than there is: how large are its arrays?"),
    (NotImplementedError, "", "Put your own code in place of that line."),
    (NameError, "", "Is the name spelt right, and was the cell that defines it run?"),
    (ValueError, "core dimension|broadcast|not aligned|dimensions", SHAPES),
    (RuntimeError, "shapes cannot|must match the size", SHAPES),
    (Exception, "NoneType", "Something there is None: where is a `return` missing?"),
    (
        TypeError,
        r"\w\.\w+\(\) takes (0.* 1|1.* 2|2.* 3) ",
        "The first parameter of a method is `self`.",
    ),
    (
        TypeError,
        "must be Tensor",
        "For torch, turn it into a tensor: `torch.tensor(x)`.",
    ),
    (
        TypeError,
        "0-dim|size-1",
        "It takes one number; `np.exp` and its like take arrays.",
    ),
    (
        AttributeError,
        "numpy.nd",
        "A NumPy array has no such name. (Is a tensor meant?)",
    ),
    (AttributeError, "", "Is the name spelt right, as in the statement?"),
)


def explain(exercise, case, want, got, run):
    """Say how `got` differs from `want` on this case. A value is not given away."""
    if exercise.sort == "value":
        where = f"In {code(case.label or exercise.entry)}"
    else:
        names = case.names(exercise.answer)
        where = f"For {call_text(exercise.entry, case, names)}"
    if got.timed_out:
        return _timed_out(exercise, where, run)
    if got.failure:
        return _failed(where, want, got.failure)
    if want.failure:
        return f"{where}: {_name(want.failure)} should be raised, and nothing was."
    sentence = _value(exercise, where, want, got, run)
    return sentence + _changed(exercise, where, want, got, alone=not sentence)


def _timed_out(exercise, where, run):
    limit = f"{exercise.seconds:g} second{'' if exercise.seconds == 1 else 's'}"
    told = f"{where}: no result within {limit}. "
    told += "Is there a loop whose condition stays true, or far too much work?"
    if run.still_running:
        told += " It could not be stopped and still runs: restart the kernel."
    return told


def _name(failure):
    return code(failure.name) if failure.name.isidentifier() else failure.name


def _failed(where, want, failure):
    asks = failure.type is InputAsked
    did = "calls `input()`" if asks else f"raises {_name(failure)}"
    told = f"{where}: your code {did}"
    told += f" ({clean(failure.text)})" if failure.text else ""
    told += f", in the line {code(failure.line)}." if failure.line else "."
    if _is_about_the_call(failure):
        told += f" Yours is {code(failure.signature)}: does it take these arguments?"
    if want.failure:
        told += f" {_name(want.failure)} should be raised."
    advice = [
        text
        for kind, pattern, text in ADVICE
        if issubclass(failure.type, kind) and re.search(pattern, failure.text)
    ]
    return " ".join([told, *advice[:1]])


def _is_about_the_call(failure):
    """Whether the answer itself, not one of its methods, got wrong arguments."""
    called = failure.text.partition("(")[0].split(".")[-1]
    names = (failure.signature.partition("(")[0], "__init__")
    return failure.at_call and "argument" in failure.text and called in names


def _value(exercise, where, want, got, run):
    if got.value is None and want.value is not None:
        return _nothing(where, exercise, run)
    difference = compare(want.value, got.value, exercise.tolerance)
    if difference is None:
        return ""
    told = f"{where}: {difference.message}"
    reveal = exercise.sort != "value"
    if difference.expected and reveal:
        told += f": expected {code(difference.expected)}, got {code(difference.got)}"
    elif difference.got:
        told += f": you have {code(difference.got)}"
    told += f". {difference.advice}" if difference.advice else "."
    if run.warned:
        told += f" NumPy warned: {code(run.warned)}."
    if reveal and difference.expected and difference.expected != short(want.value):
        told += _whole(want.value, got.value)
    return told


def _whole(want, got):
    """Show both values in full, one beneath the other, where they are short."""
    texts = short(want), short(got)
    if max(map(len, texts)) > 150 or texts[0] == texts[1]:
        return ""
    return f"\nexpected {code(texts[0])}\ngot {code(texts[1])}"


def _nothing(where, exercise, run):
    if exercise.sort == "value":
        return f"{where}: there is None. Put a value in its place."
    if run.printed.strip():
        told = "it prints, and gives back None. `print` shows a value on the screen;"
        return f"{where}: {told} `return` gives it back to the caller."
    told = "it gives back None. Did you forget `return`, on this path at least?"
    return f"{where}: {told} (What works in place, such as `.sort()`, gives None too.)"


def _copied(name, got):
    """The expression that copies an argument, with what it contains."""
    contains = got.changed[name]
    contains = contains.values() if isinstance(contains, dict) else contains
    deep = isinstance(got.changed[name], list | tuple | dict) and any(
        hasattr(each, "__len__") for each in contains
    )
    return f"copy.deepcopy({name})" if deep else f"{name}.copy()"


def _changed(exercise, where, want, got, alone):
    """Name the arguments that should not have been changed, or should have been."""
    but = "" if want.value is None else " the value is right, but"
    start = f"{where}:{but}" if alone else " Also,"
    if spoilt := [name for name in got.changed if name not in want.changed]:
        names, copy = " and ".join(map(code, spoilt)), _copied(spoilt[0], got)
        which = "arguments" if len(spoilt) > 1 else "argument"
        told = f"{start} your code changes its {which} {names}"
        return f"{told} (`+=` and `x[...] =` do that). Take a copy first: {code(copy)}."
    if left := [name for name in want.changed if name not in got.changed]:
        names = " and ".join(map(code, left))
        return f"{start} {names} should be changed in place, and was not."
    for name, after in want.changed.items():
        if d := compare(after, got.changed[name], exercise.tolerance):
            told = f"{start} {code(name)} is not right afterwards: {d.message}"
            return f"{told}: expected {code(d.expected)}, got {code(d.got)}."
    return ""
