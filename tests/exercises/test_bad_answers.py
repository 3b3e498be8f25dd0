"""Wrong answers of every kind get a plain sentence, and never an exception.

The answers come first, then tables of (answer, what its sentence must say).
"""

import collections
import decimal
import fractions
import functools
import time
import types
import warnings

import numpy as np
import pytest

from lessons_pkg.exercises.checker import Verdict, call
from lessons_pkg.exercises.checker.compare import EXACTLY, compare
from lessons_pkg.exercises.checker.guard import Stopped
from tests.exercises.samples import ARRAY, CLASS, DEBUG, OPEN, RELU, VALUE, sample


def right(z):
    return np.maximum(z, 0.0)


def never_ends(z):
    while True:
        pass


def sleeps(z):
    time.sleep(1.5)


def calls_itself(z):
    return calls_itself(z)


def asks(z):
    return input("number? ")


def leaves(z):
    raise SystemExit(3)


def interrupts(z):
    raise KeyboardInterrupt


def wants_too_much(z):
    raise MemoryError


def not_written(z):
    raise NotImplementedError


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError("no words")


def fails_in_silence(z):
    raise Unspeakable


def stops(z):
    raise Stopped


class TrickText(str):
    def __getitem__(self, key):
        raise ValueError("no part")

    def __str__(self):
        return self


class Tricky(Exception):
    def __str__(self):
        return TrickText("tricky")


def fails_with_trick_text(z):
    raise Tricky


def warns_oddly(z):
    warnings.warn(RuntimeWarning(3), stacklevel=1)
    return z


class NamelessType(type):
    @property
    def __name__(cls):
        raise ValueError("no name")


class NamelessError(Exception, metaclass=NamelessType):
    pass


def fails_without_a_name(z):
    raise NamelessError


def misspelt(z):
    return np.maximum(zz, 0)  # noqa: F821


def too_far(z):
    return z[10]


def two_parameters(z, slope):
    return z


def prints(z):
    print(np.maximum(z, 0.0))


def no_return(z):
    np.maximum(z, 0.0)


def returns_none(z):
    return None


def return_on_one_path(z):
    if np.ndim(z):
        return np.maximum(z, 0.0)


def changes_z(z):
    if np.ndim(z):
        z[z < 0] = 0
    return np.maximum(z, 0.0)


def yields(z):
    yield z


async def waits(z):
    return z


class FailsAsArray:
    def __array__(self, *args, **kwargs):
        raise ValueError("not now")


class HangsAsArray:
    def __array__(self, *args, **kwargs):
        while True:
            pass


class FailsEverywhere:
    def __getattribute__(self, name):
        raise ValueError(name)

    def __repr__(self):
        raise ValueError("repr")

    def __eq__(self, other):
        raise ValueError("eq")


class FailsToCompare(float):
    def __eq__(self, other):
        raise ValueError("eq")

    def __repr__(self):
        raise ValueError("repr")


class Thing:
    pass


def gives(value):
    return lambda z: value


FUNCTIONS = {
    "never ends": (never_ends, "no result within 1 second. Is there a loop"),
    "sleeps": (sleeps, "no result within 1 second"),
    "no last call": (
        calls_itself,
        "`RecursionError`",
        "calls itself without end: which call is the last?",
    ),
    "input": (
        asks,
        "calls `input()`",
        "in the line `return input(",
        "are the arguments",
    ),
    "exit": (leaves, "`SystemExit` (3)", "leave out `exit()`"),
    "interrupt": (interrupts, "`KeyboardInterrupt`"),
    "memory": (wants_too_much, "`MemoryError`", "how large are its arrays?"),
    "unwritten": (not_written, "your own code in place of"),
    "bad str": (fails_in_silence, "`Unspeakable`, in the line `raise Unspeakable`"),
    "bad name": (fails_without_a_name, "an error that cannot be read"),
    "odd warning": (warns_oddly, "expected `0`, got `-1`"),
    "stopped": (stops, "an error that cannot be read"),
    "long list": (gives([0.0] * 2_000_000), "a list of 2000000 came", "more than can"),
    "large array": (
        gives(np.broadcast_to(0.0, (10**6, 10**6))),
        "an array of shape (1000000, 1000000) came. That is more than can be compared",
    ),
    "brackets": (lambda z: (x for x in [z]), "a generator came. Put it in `list(...)`"),
    "deque": (gives(collections.deque([1])), "a deque object came. Put it in `list("),
    "set of numbers": (gives({-1.0}), "in order, in square brackets"),
    "several": (
        lambda z: (z, 1),
        "a tuple of 2 came. It gives several things, and one is asked for",
    ),
    "cut off": (
        lambda z: np.asarray(right(z)).astype(int),
        "got `0`. Are its decimals cut off?",
    ),
    "math": (lambda z: float(z), "It takes one number"),
    "shapes": (lambda z: z + np.ones(7), "The shapes do not fit"),
    "tensor": (lambda z: z.softmax(), "A NumPy array has no such name"),
    "none inside": (lambda z: z + None, "Something there is None"),
    "library": (np.vectorize(lambda z: z[0]), 'in the line `"library": (np.vectorize'),
    "trick text": (fails_with_trick_text, "`Tricky` (tricky)"),
    "misspelt": (misspelt, "(name 'zz' is not defined)", "spelt right"),
    "index": (too_far, "`IndexError` (index 10", "in the line `return z[10]"),
    "two parameters": (two_parameters, "Yours is `two_parameters(z, slope)`"),
    "no parameter": (lambda: 3, "takes 0 positional arguments but 1 was given"),
    "prints": (prints, "it prints, and gives back None", "`return` gives it back"),
    "no return": (no_return, "Did you forget `return`"),
    "return None": (returns_none, "Did you forget `return`"),
    "one path": (return_on_one_path, "For `relu(z=3.0)`", "on this path", "2 of 3"),
    "changes z": (changes_z, "value is right, but your code changes its argument `z`"),
    "generator": (yields, "a generator came. Use `return` instead of `yield`."),
    "async": (waits, "is defined by `async def`. Write `def` alone."),
    "coroutine": (lambda z: waits(z), "a coroutine came. Write `def`"),
    "map": (lambda z: map(abs, z), "a map object, which is read only on demand came"),
    "bad array": (lambda z: FailsAsArray(), "fails when it is read", "ValueError"),
    "slow array": (lambda z: HangsAsArray(), "no result within 1 second"),
    "bad object": (lambda z: FailsEverywhere(), "an object that fails when it is read"),
    "object": (lambda z: Thing(), "a Thing object came. Give numbers or arrays"),
    "module": (gives(np), "the module `numpy` came"),
    "function": (gives(right), "the function `right` itself came. Call it"),
    "class": (gives(Thing), "the class `Thing` itself came. Call it"),
    "text": (lambda z: "two", "the text `'two'` came. Write numbers, without quotes"),
    "texts": (lambda z: right(z).astype(str), "an array of text of shape (3,) came"),
    "truth": (lambda z: z > 0, "an array of True and False", "`.astype(float)`"),
    "complex": (lambda z: right(z) + 0j, "real numbers were expected", "complex"),
    "nan": (lambda z: right(z) * np.nan, "got `nan`. nan is what 0/0"),
    "log": (np.log, "NumPy warned: `invalid value encountered in log`"),
    "inf": (lambda z: right(z) + np.inf, "got `inf`. inf comes from a division"),
    "object array": (
        gives(np.array([1, None, 2])),
        "(dtype object) came",
        "None among",
    ),
    "ragged": (gives([[1], [1, 2]]), "Its rows have different lengths"),
    "dots": (gives([1, ..., 2]), "There is still a `...` in it"),
    "tuple": (lambda z: (right(z), z), "shape (2, 3) (a tuple of 2) came"),
    "dict": (gives({"z": 1}), "a dict came"),
    "set": (gives({1, 2}), "a set came"),
    "shape": (
        lambda z: right(z).ravel(),
        "shape (2, 2) was expected",
        "only the shape",
    ),
    "column": (lambda z: np.c_[right(z)], "shape (3,) was expected", "only the shape"),
    "one too many": (lambda z: np.append(z, 0), "shape (4,) came"),
    "sign": (lambda z: -right(z), "It is right but for the sign."),
    "offset": (lambda z: right(z) + 1e-5, "expected `0`, got `1e-05`"),
    "hair": (lambda z: right(z) * (1 + 3e-6), "expected `2`, got `2.00001`"),
    "one wrong": (
        lambda z: np.maximum(z, 0.1),
        "the entry at index [0] is not right: expected `0`, got `0.1`",
        "expected `[0, 2, 0.5]`\ngot `[0.1, 2, 0.5]`",
        "1 of 3 cases right.",
    ),
    "large": (lambda z: np.zeros((1000, 1000)), "shape (1000, 1000) came"),
    "huge int": (gives(10**5000), "a number too large to compare came"),
    "long text": (gives("x" * 10**6), "the text `'xxx"),
    "nested": (gives(functools.reduce(lambda x, _: [x], range(99), 1)), "a list of 1"),
    "dots as value": (gives(...), "`...` came"),
}
NOT_FUNCTIONS = {
    "result": (np.zeros(3), "an array of shape (3,), perhaps what a call of it gives,"),
    "None": (None, "None, perhaps what a call of it gives, came. Write `check(relu)`"),
    "name": ("relu", "the text `'relu'` came. Write `check(relu)`: the name without"),
    "class": (Thing, "the class `Thing` itself came"),
    "instance": (Thing(), "a Thing object came"),
    "number": (3, "a number, perhaps"),
    "broken": (FailsEverywhere(), "is not callable"),
}
VALUES = {
    "text": ("2.718", "the text `'2.718'` came. Write numbers, without quotes"),
    "None": (None, "there is None. Put a value"),
    "list": (
        [2.718],
        "a single number was expected, and a list of 1 came",
    ),
    "array": (np.array([2.718]), "shape (1,) came. The numbers are right"),
    "truth": (True, "the truth value True came"),
    "complex": (2.718 + 0j, "a complex number came"),
    "decimal comma": ((2, 718), "a tuple of 2 came. Is there a decimal comma?"),
    "units": ("2.7 cm", "without quotes and without units"),
    "comparison": (2.718 == 2.718, "Comparing with `==`"),
    "nan": (np.nan, "you have `nan`"),
    "rounded": (2.72, "It is close: work it out to 3 decimals"),
    "far": (2.8, "the value is not right: you have `2.8`."),
    "sign": (-2.718, "right but for the sign"),
    "function": (right, "the function `right` itself came. Give what it returns"),
    "lambda": (lambda: 2.718, "asks for a value"),
    "ufunc": (np.exp, "a ufunc object came"),
    "class": (Thing, "the class `Thing` itself came"),
    "huge": (10**400, "a number too large to compare came"),
    "broken": (FailsEverywhere(), "an object that fails when it is read"),
}
ARRAYS = {
    "transposed": (ARRAY.answer.T, "transposed"),
    "half done": ([[1, 2, 3], [4, 5, ...]], "There is still a `...` in it"),
    "half an array": (np.array([[1, 2, 3], [4, 5, ...]]), "still a `...`"),
    "ragged": ([[1, 2, 3], [4, 5]], "Its rows have different lengths"),
    "text inside": ([[1, 2, 3], [4, 5, "6"]], "Not all of its entries are numbers"),
    "flat": (range(1, 7), "a list of 6 came", "only the shape is not"),
    "one wrong": (
        [[1, 2, 3], [4, 5, 7]],
        "the entry at index [1, 2] is not right: you have `7`",
    ),
}


class NoAdd:
    def __init__(self, start):
        self.total = start


class NoSelf(NoAdd):
    def add(x):
        return x


class NoStart:
    def __init__(self):
        self.total = 0


class AddsInPlace:
    def __init__(self, start):
        self.total = start

    def add(self, x):
        self.total += x
        return self.total


class Counter(AddsInPlace):
    pass


CLASSES = {
    "no method": (NoAdd, "'NoAdd' object has no attribute 'add'"),
    "no argument": (NoStart, "Yours is `NoStart()`: does it take these arguments?"),
    "instance": (Counter(3), "an instance of it came. Write `check(Counter)`"),
    "function": (right, "the class `Counter` itself, and the function `right` itself"),
    "number": (3, "the class `Counter` itself, and a number"),
    "no self": (NoSelf, "The first parameter of a method is `self`."),
    "one object": (AddsInPlace, "with `x = np.array([1.0, 2.0])`", "in value 1"),
}


def returns_w(w, gradient, lr=0.1):
    w -= lr * gradient
    return w


def spoils_gradient(w, gradient, lr=0.1):
    gradient *= -lr
    w += gradient


def other_order(gradient, w, lr=0.1):
    w -= lr * gradient


def twice(w, gradient, lr=0.1):
    w -= 2 * lr * gradient


def no_lr(w, gradient):
    w -= 0.1 * gradient


def nothing(w, gradient, lr=0.1):
    w = w - 2 * lr * gradient
    return 1


DEBUGS = {
    "returns": (returns_w, "give nothing back: leave out `return`"),
    "gradient": (spoils_gradient, "changes its argument `gradient`", ".copy()`"),
    "order": (other_order, "asked for in the order `w, gradient, lr`"),
    "twice": (twice, "`w` is not right afterwards", "expected `0.95`, got `0.9`"),
    "no lr": (no_lr, "unexpected keyword argument 'lr'", "`no_lr(w, gradient)`"),
    "nothing": (nothing, "a number came", "Also, `w` should be changed in place"),
}
OPENS = {
    "short": ("It falls.", "Say it in three words at least."),
    "number": (3, "`observation` cannot be read as what was asked for", "no attribute"),
    "None": (None, "cannot be read"),
}

TABLE = [
    pytest.param(exercise, *row, id=f"{exercise.entry}: {name}")
    for exercise, rows in [
        (RELU, {k: (v[0], v[1:]) for k, v in FUNCTIONS.items()}),
        (RELU, {f"not {k}": (v[0], v[1:]) for k, v in NOT_FUNCTIONS.items()}),
        (VALUE, {k: (v[0], v[1:]) for k, v in VALUES.items()}),
        (ARRAY, {k: (v[0], v[1:]) for k, v in ARRAYS.items()}),
        (CLASS, {k: (v[0], v[1:]) for k, v in CLASSES.items()}),
        (DEBUG, {k: (v[0], v[1:]) for k, v in DEBUGS.items()}),
        (OPEN, {k: (v[0], v[1:]) for k, v in OPENS.items()}),
    ]
    for name, row in rows.items()
]


@pytest.mark.parametrize(("exercise", "answer", "said"), TABLE)
def test_wrong_answer_gets_its_sentence(exercise, answer, said, capsys):
    verdict = exercise.check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None
    for words in said:
        assert words in verdict.message
    assert f'`exercise("{exercise.name}").hint()` goes one step' in verdict.message
    assert capsys.readouterr().out == f"✗ Incorrect. {verdict.message}\n"


def test_a_value_is_not_given_away():
    for exercise, rows in ((VALUE, VALUES), (ARRAY, ARRAYS)):
        for answer, *_ in rows.values():
            message = exercise.check(answer).message
            assert "expected `" not in message
    assert "2.718" not in VALUE.check(2.8).message


class ArrayLike:
    def __array__(self, dtype=None, copy=None):
        return np.array([[1, 2, 3], [4, 5, 6]], dtype)


class TensorLike:
    """What torch's tensors, and the course's own, have in common."""

    def detach(self):
        return self

    def numpy(self):
        return ARRAY.answer.astype(np.float32)


RIGHT = [
    (RELU, lambda z: right(z).astype(np.float32)),
    (RELU, lambda z: right(z).tolist()),
    (RELU, functools.partial(np.maximum, 0.0)),
    (RELU, lambda z: np.array(right(z), dtype=object)),
    (RELU, np.vectorize(lambda z: max(z, 0.0))),
    (VALUE, 2.7182818),
    (VALUE, np.float32(2.718)),
    (VALUE, np.array(2.718)),
    (VALUE, decimal.Decimal("2.718")),
    (VALUE, fractions.Fraction(2718, 1000)),
    (ARRAY, [[1, 2, 3], [4, 5, 6]]),
    (ARRAY, ((1, 2, 3), (4, 5, 6))),
    (ARRAY, np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int8)),
    (ARRAY, ArrayLike()),
    (ARRAY, TensorLike()),
    (OPEN, "I see a line."),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answer_of_another_kind_is_accepted(exercise, answer):
    assert exercise.check(answer).status == "correct"


def test_torch_tensors_are_understood():
    torch = pytest.importorskip("torch")
    weights = torch.tensor(ARRAY.answer, requires_grad=True)
    assert ARRAY.check(weights).status == "correct"
    assert ARRAY.check(weights.to(torch.bfloat16)).status == "correct"
    assert RELU.check(lambda z: torch.relu(torch.as_tensor(z))).status == "correct"
    assert RELU.check(lambda z: torch.as_tensor(z)).status == "incorrect"


def test_float32_may_err_by_its_own_rounding():
    want, near = np.array([1.0, 1e-3]), np.array([1.0, 1e-3 + 1e-7])
    tolerance = RELU.tolerance
    assert compare(want, near, tolerance) is not None
    assert compare(want, near.astype(np.float32), tolerance) is None
    assert compare(want, near.astype(np.float32), EXACTLY) is not None


def test_nan_is_right_where_it_is_expected():
    nan = np.array([np.nan, 1.0])
    assert compare(nan, nan.copy(), RELU.tolerance) is None
    assert compare(nan, np.array([0.0, 1.0]), RELU.tolerance) is not None


def test_float32_is_no_excuse():
    assert RELU.check(lambda z: np.float32(right(z) * 1.0001)).status == "incorrect"


def test_an_answer_cannot_change_what_is_expected(monkeypatch):
    monkeypatch.setattr(np, "maximum", np.maximum)  # put back after the test

    def answer(z):
        np.maximum = lambda a, b: a
        return z

    assert sample().check(answer).status == "incorrect"


def test_a_method_is_not_taken_for_the_class():
    class WantsMore(Counter):
        def add(self, x, y):
            return x

    message = CLASS.check(WantsMore).message
    assert "missing 1 required positional argument: 'y'" in message
    assert "Yours is" not in message


OPEN_FUNCTION = sample(
    kind="open",
    cases=(),
    misconceptions={},
    accept=lambda relu: None if relu(3.0) == 3.0 else "It changes 3.",
)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (3.0, "asks for the function `relu` itself, and a number"),
        (misspelt, "For `relu`: your code raises `NameError`"),
        (never_ends, "For `relu`: no result within 1 second"),
        (lambda z: 2.0, "It changes 3."),
    ],
)
def test_a_function_that_is_accepted_or_not_is_explained_too(answer, said):
    assert said in OPEN_FUNCTION.check(answer).message
    assert OPEN_FUNCTION.check(right).status == "correct"


def test_prints_of_a_right_answer_are_set_aside(capsys):
    def answer(z):
        print("I was here")
        return right(z)

    verdict = RELU.check(answer)
    assert verdict.status == "correct"
    assert "What it prints was set aside" in verdict.message
    assert "I was here" not in capsys.readouterr().out


def test_a_coroutine_is_closed_without_a_warning():
    message = RELU.check(lambda z: waits(z)).message
    assert "never awaited" not in message


def test_terminal_codes_and_markup_do_not_come_through():
    def answer(z):
        raise ValueError("\x1b[31m<script>red</script>\x1b[0m \ud800")

    verdict = RELU.check(answer)
    html = verdict.mime()["text/html"]
    assert "(<script>red</script> \\ud800)" in verdict.message
    assert "\x1b" not in "".join(verdict.mime().values())
    assert "&lt;script&gt;red" in html
    assert "<script>" not in html
    raw = Verdict("a.b", "incorrect", "\x1b[1mbold\x1b[0m")
    assert "\x1b" not in "".join(raw.mime().values())


def test_an_answer_defined_nowhere_is_survived():
    answer = types.FunctionType(right.__code__, {}, "nowhere")
    assert "name 'np' is not defined" in RELU.check(answer).message


def test_a_list_of_arrays_is_copied_with_what_it_contains():
    def halve(parts):
        return [part / 2 for part in parts]

    def spoils(parts):
        for part in parts:
            part /= 2
        return parts

    ex = sample(
        starter="def halve(parts):\n    ...\n",
        answer=halve,
        cases=(call([np.array([2.0, 4.0]), np.array([6.0])]),),
        misconceptions={},
    )
    assert "Take a copy first: `copy.deepcopy(parts)`" in ex.check(spoils).message
