"""A misconception is named where it explains every case, and only there."""

import time

import numpy as np
import pytest

from lessons_pkg.exercises.checker import Case, Misconception, call
from tests.exercises.samples import RELU, VALUE, sample


def _mean(x):
    if not len(x):
        raise ValueError("mean of nothing")
    return sum(x) / len(x)


def _quiet(x):
    return sum(x) / len(x) if len(x) else 0.0


def _divides(x):
    return sum(x) / len(x)


def _sorts(x):
    x.sort()
    return sum(x) / len(x) if len(x) else _mean(x)


def _hangs(x):
    while True:
        pass


MEAN = sample(
    name="samples.mean",
    starter="def mean(x):\n    ...\n",
    answer=_mean,
    cases=(call([3.0, 1.0]), call([])),
    misconceptions={
        "quiet": Misconception(_quiet, "Nothing has no mean: raise ValueError."),
        "divides": Misconception(_divides, "It divides by zero where x is empty."),
        "sorts": Misconception(_sorts, "It sorts the caller's list on the way."),
        "hangs": Misconception(_hangs, "It waits for ever, for nothing at all."),
    },
)


def test_by_value_on_every_case():
    assert RELU.check(np.abs).misconception == "absolute"
    partly = RELU.check(lambda z: np.abs(z) if np.ndim(z) < 2 else z)
    assert partly.misconception is None


def test_by_value_within_the_tolerance():
    assert VALUE.check(1.7184).misconception == "no_bias"
    assert RELU.check(lambda z: np.float32(np.abs(z))).misconception == "absolute"


def test_by_the_kind_of_error():
    verdict = MEAN.check(lambda x: sum(x) / len(x))
    assert verdict.misconception == "divides"
    other = MEAN.check(lambda x: sum(x) / len(x) if x else {}["nothing"])
    assert other.misconception is None
    assert "`KeyError` ('nothing')" in other.message
    assert "`ValueError` should be raised" in other.message
    none = MEAN.check(lambda x: 2.0)
    assert "For `mean(x=[])`: `ValueError` should be raised" in none.message


def test_by_changed_arguments():
    assert MEAN.check(lambda x: x.sort() or _mean(x)).misconception == "sorts"
    assert MEAN.check(lambda x: x.append(2.0) or 2.0).misconception is None


def test_by_not_ending():
    def hangs(x):
        while True:
            pass

    assert MEAN.check(hangs).misconception == "hangs"


def test_the_solution_and_misconceptions_run_once():
    calls = []

    def counted(x):
        calls.append(x)
        return _mean(x)

    ex = sample(
        name="samples.mean",
        starter="def mean(x):\n    ...\n",
        answer=counted,
        cases=(call([3.0, 1.0]),),
        misconceptions={},
    )
    for _ in range(3):
        ex.check(_quiet)
    assert len(calls) == 1


def test_a_misconception_that_hangs_costs_its_time_once():
    MEAN.check(lambda x: 0)
    start = time.monotonic()
    MEAN.check(lambda x: 0)
    assert time.monotonic() - start < 0.5


def test_several_results_and_keyword_arguments():
    def _split(x, at=0):
        return x[:at], {"rest": x[at:]}

    ex = sample(
        name="samples.split",
        starter="def split(x, at=0):\n    ...\n",
        answer=_split,
        cases=(call(np.arange(3.0), at=1),),
        misconceptions={},
    )
    where = "For `split(x=np.array([0.0, 1.0, 2.0]), at=1)`"
    wrong = ex.check(lambda x, at: (x[:at], {"rest": x[:at]}))
    assert f"{where}: in value 2, in entry 'rest', shape (2,)" in wrong.message
    assert "'rest' is missing" in ex.check(lambda x, at: (x[:at], {})).message
    assert "2 values were expected" in ex.check(lambda x, at: (x,)).message
    assert "a tuple of 2 was expected" in ex.check(lambda x, at: x).message
    extra = ex.check(lambda x, at: (x[:at], {"rest": x[at:], "more": 1}))
    assert "'more' that was not asked for" in extra.message


def test_text_truth_and_sets():
    for value, wrong, said in [
        ("tanh", "tan", "the value is not right: expected `'tanh'`, got `'tan'`"),
        (True, 1, "True or False was expected, and a number came"),
        (True, False, "expected `True`, got `False`"),
        ({1, 2}, {1}, "expected `{1, 2}`, got `{1}`"),
        (["a", "b"], np.array(["a", "c"]), "in value 2, the value is not right"),
        (7, [7, 8], "a single number was expected"),
    ]:
        message = _gives(value).check(lambda z, wrong=wrong: wrong).message
        assert said in message


def _gives(value):
    def answer(z):
        return value

    return sample(answer=answer, cases=(call(0.0),), misconceptions={})


def test_a_labelled_case_shows_its_label():
    def _twice(f, x):
        return f(f(x))

    ex = sample(cases=(Case(_twice, (-2.0,), "relu(relu(x))"),), misconceptions={})
    assert "For `relu(relu(x))` with `x = -2.0`" in ex.check(lambda z: z).message


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_a_call_is_written_so_that_it_can_be_pasted(dtype):
    ex = sample(cases=(call(np.array([1, 2], dtype)),), misconceptions={})
    message = ex.check(lambda z: z * 0).message
    pasted = message.split("`")[1]
    got = eval(pasted, {"np": np, "relu": lambda z: z})
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, [1, 2])
