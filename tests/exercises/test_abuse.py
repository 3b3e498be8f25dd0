"""Whatever Python object is passed to check, it gives a verdict and never raises."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_pkg.exercises.checker import Verdict
from tests.exercises.samples import SAMPLES

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.just(...),
    st.just(NotImplemented),
    st.sampled_from([int, object(), len, np, np.exp, print, type, Exception, range(9)]),
)
arrays = st.one_of(
    hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)),
    hnp.arrays(object, hnp.array_shapes(), elements=st.one_of(st.none(), st.floats())),
    hnp.arrays(hnp.array_dtypes(), (2,)),
)
anything = st.recursive(
    scalars | arrays,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.text() | st.integers(), inner, max_size=3),
        st.sets(st.integers() | st.text(), max_size=3),
    ),
    max_leaves=8,
)


def sound(verdict):
    html = verdict.mime()["text/html"]
    html.encode()
    return isinstance(verdict, Verdict) and verdict.message and "\x1b" not in html


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), anything)
def test_any_object_gets_a_verdict(exercise, answer):
    assert sound(exercise.check(answer))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), anything)
def test_any_result_gets_a_verdict(exercise, result):
    assert sound(exercise.check(lambda *args, **kwargs: result))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SAMPLES), st.text(), st.sampled_from([ValueError, SystemExit]))
def test_any_error_gets_a_verdict(exercise, text, kind):
    def answer(*args, **kwargs):
        raise kind(text)

    assert sound(exercise.check(answer))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SAMPLES), anything)
def test_any_attribute_of_a_class_gets_a_verdict(exercise, thing):
    answer = type("Counter", (), {"__init__": lambda self, *a: None, "add": thing})
    assert sound(exercise.check(answer))
