import gc
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_pkg.scalar import Value


def says(sentence, kind):
    """Expect an error of this kind that says this sentence and nothing else."""
    return pytest.raises(kind, match=rf"\A{re.escape(sentence)}\Z")


# By hand


def test_a_squared_error():
    # p = w x = 6, e = p - y = 2, L = e**2 = 4
    w, x, y = Value(3.0), Value(2.0), Value(4.0)
    p = w * x
    e = p - y
    loss = e**2
    loss.backward()
    assert (p.data, e.data, loss.data) == (6.0, 2.0, 4.0)
    assert e.grad == 4.0  # 2 e
    assert p.grad == 4.0  # 4 * 1
    assert y.grad == -4.0  # 4 * (-1)
    assert w.grad == 8.0  # 4 x
    assert x.grad == 12.0  # 4 w


def test_a_reused_node_gets_the_sum_over_its_uses():
    a, b = Value(2.0), Value(-3.0)
    y = a * b + a
    y.backward()
    assert a.grad == -2.0  # b + 1
    assert b.grad == 2.0


def test_a_product_with_itself():
    x = Value(5.0)
    (x * x).backward()
    assert x.grad == 10.0


def test_a_diamond_is_passed_on_once_and_whole():
    # h = x**2, y = h sin(h): dy/dx = (sin h + h cos h) 2x
    x = Value(1.5)
    h = x**2
    (h * h.sin()).backward()
    assert x.grad == pytest.approx(3 * (math.sin(2.25) + 2.25 * math.cos(2.25)))


def test_every_operator_and_function():
    # at x = 0.5: value and slope
    e, s = math.exp(0.5), 1 / (1 + math.exp(-0.5))
    t = math.tanh(0.5)
    cases = [
        (lambda x: x + 3, 3.5, 1),
        (lambda x: 3 + x, 3.5, 1),
        (lambda x: x - 3, -2.5, 1),
        (lambda x: 3 - x, 2.5, -1),
        (lambda x: 3 * x, 1.5, 3),
        (lambda x: x * 3, 1.5, 3),
        (lambda x: x / 4, 0.125, 0.25),
        (lambda x: 4 / x, 8.0, -16),  # -4 / x**2
        (lambda x: -x, -0.5, -1),
        (lambda x: x**3, 0.125, 0.75),
        (lambda x: x**-1, 2.0, -4),
        (lambda x: x**0, 1.0, 0),
        (lambda x: 2**x, math.sqrt(2), math.sqrt(2) * math.log(2)),
        (lambda x: x**x, math.sqrt(0.5), math.sqrt(0.5) * (1 + math.log(0.5))),
        (Value.exp, e, e),
        (Value.log, -math.log(2), 2),
        (Value.sin, math.sin(0.5), math.cos(0.5)),
        (Value.relu, 0.5, 1),
        (Value.tanh, t, 1 - t**2),
        (Value.sigmoid, s, s * (1 - s)),
    ]
    for function, value, slope in cases:
        x = Value(0.5)
        y = function(x)
        y.backward()
        assert y.data == pytest.approx(value, rel=1e-15)
        assert x.grad == pytest.approx(slope, rel=1e-14)


def test_relu_at_and_below_zero():
    for at in (0.0, -2.0):
        x = Value(at)
        x.relu().backward()
        assert x.grad == 0.0


def test_far_from_zero():
    for at in (-745.0, -40.0, 40.0, 800.0):
        x = Value(at)
        s, t = x.sigmoid(), x.tanh()
        assert t.data == math.copysign(1, at)
        assert s.data == (1.0 if at > 0 else math.exp(at))  # no digit is lost
        s.backward()
        assert x.grad == pytest.approx(math.exp(-abs(at)), abs=0)


def test_at_zero_a_root_is_vertical_and_a_power_flat():
    for exponent, slope in [(0.5, math.inf), (0, 0.0), (1, 1.0), (2, 0.0)]:
        x = Value(0.0)
        (x**exponent).backward()
        assert x.grad == slope


# Calls of backward


def test_gradients_add_up_over_calls_until_they_are_set_to_zero():
    x = Value(3.0)
    (x * 2).backward()
    (x**2).backward()
    assert x.grad == 8.0  # 2 + 6
    x.grad = 0.0
    (x * 2).backward()
    assert x.grad == 2.0


def test_a_second_call_counts_inner_nodes_once():
    x = Value(3.0)
    h = x**2
    y = h * 5
    y.backward()
    y.backward()
    assert (y.grad, h.grad, x.grad) == (2.0, 10.0, 60.0)  # each twice its own


def test_two_results_that_share_a_node():
    x = Value(2.0)
    h = x * 3
    (h * 5).backward()
    (h * 7).backward()
    assert h.grad == 12.0  # 5 + 7
    assert x.grad == 36.0  # 3 * 12


def test_backward_from_an_inner_node_leaves_the_rest_alone():
    x = Value(2.0)
    h = x * 3
    y = h * 5
    h.backward()
    assert (x.grad, h.grad, y.grad) == (3.0, 1.0, 0.0)


def test_backward_from_an_input():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0


# Depth and memory


def test_a_chain_of_100000_operations():
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = (y + 1) - 1
    y.backward()
    assert (y.data, x.grad) == (1.0, 1.0)
    del y  # and it is freed without recursion too


def count():
    return sum(type(thing) is Value for thing in gc.get_objects())


def test_graphs_are_freed_at_once_without_the_garbage_collector():
    x = Value(1.0)
    gc.collect()
    gc.disable()
    try:
        before = count()
        y = (x * 3 + 1).relu()
        y.backward()
        assert count() == before + 5  # 3, 1, and three operations
        del y
        assert count() == before
    finally:
        gc.enable()


# torch

FUNCTIONS = ["exp", "log", "sin", "relu", "tanh", "sigmoid"]
OPERATORS = ["+", "-", "*", "/", "**"]
step = st.tuples(
    st.sampled_from(FUNCTIONS + OPERATORS + ["neg", "power", "constant"]),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from([-2, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5]),
)


def apply(name, a, b, number):
    """One operation, written the same for Values and for tensors."""
    match name:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "**":
            return a**b
        case "neg":
            return -a
        case "power":
            return a**number
        case "constant":
            return number - a / 7 + (a * 3 + number) / (b * b + 1)
        case _:
            return getattr(a, name)()


def defined(name, a, b, number):
    """Whether the operation has a value here, and one that is not extreme."""
    match name:
        case "exp":
            return a < 20
        case "log" | "**":
            return a > 1e-3 and abs(b) < 8
        case "/":
            return abs(b) > 1e-3
        case "power":
            return a > 1e-3 or (number >= 1 and number % 1 == 0)
    return True


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(-4, 4).map(lambda x: round(x, 3)), min_size=2, max_size=4),
    st.lists(step, min_size=1, max_size=25),
)
def test_generated_graphs_agree_with_torch(numbers, steps):
    torch = pytest.importorskip("torch")
    values = [Value(x) for x in numbers]
    tensors = [torch.tensor(x, dtype=torch.float64) for x in numbers]
    tensors = [x.requires_grad_() for x in tensors]
    for name, i, j, number in steps:
        i, j = i % len(values), j % len(values)
        if not defined(name, values[i].data, values[j].data, number):
            continue
        value = apply(name, values[i], values[j], number)
        if abs(value.data) > 1e6:
            continue
        values.append(value)
        tensors.append(apply(name, tensors[i], tensors[j], number))
        tensors[-1].retain_grad()
    for start in (-1, len(values) // 2):  # two calls: they add up
        values[start].backward()
        tensors[start].backward(retain_graph=True)
    ours = np.array([(v.data, v.grad) for v in values])
    theirs = np.array([(t.item(), 0 if t.grad is None else t.grad) for t in tensors])
    scale = np.abs(theirs).max(axis=0)
    np.testing.assert_allclose(ours / scale.clip(1), theirs / scale.clip(1), atol=1e-11)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_finite_differences(numbers):
    def f(x, y, z):
        return ((x * y).tanh() + z.sigmoid() * x.exp()) / (y**2 + 1) - (z - x).sin()

    values = [Value(x) for x in numbers]
    f(*values).backward()
    for i, value in enumerate(values):
        ends = []
        for h in (1e-6, -1e-6):
            moved = [Value(x + h * (k == i)) for k, x in enumerate(numbers)]
            ends.append(f(*moved).data)
        assert value.grad == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)


# Python's and NumPy's numbers


def test_numbers_that_a_value_takes():
    for number in (2, 2.0, True + 1, np.float32(2), np.int64(2), np.float64(2)):
        assert type(Value(number).data) is float
        x = Value(3.0)
        for y in (x * number, number * x, x + number - 1, 12 / (x - 1) * (x / 3)):
            assert isinstance(y, Value)
            assert y.data in (6.0, 4.0)
        assert (x**number).data == 9.0


def test_sum_and_repr():
    assert repr(Value(2)) == "Value(data=2.0, grad=0.0)"
    total = sum([Value(1.0), Value(2.0)])
    assert repr(total) == "Value(data=3.0, grad=0.0)"


def test_there_is_no_room_for_misspelt_names():
    with pytest.raises(AttributeError):
        Value(2.0).gard = 1.0


# The graph for drawing


def test_graph_lists_nodes_in_order_of_creation():
    w, x = Value(3.0, "w"), Value(2.0, "x")
    p = w * x
    p.label = "p"
    y = p**2 + w
    y.backward()
    assert y.graph() == [
        (0, "w", "", {"data": 3.0, "grad": 25.0}, ()),  # 2 p x + 1
        (1, "x", "", {"data": 2.0, "grad": 36.0}, ()),  # 2 p w
        (2, "p", "*", {"data": 6.0, "grad": 12.0}, (0, 1)),
        (3, "", "**2", {"data": 36.0, "grad": 1.0}, (2,)),
        (4, "", "+", {"data": 39.0, "grad": 1.0}, (3, 0)),
    ]
    assert p.graph()[-1][0] == 2
    assert (x * x).graph()[-1][-1] == (0, 0)


# Errors


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("2", "'2' (str)"),
        (None, "None (NoneType)"),
        ([1.0], "[1.0] (list)"),
        (1j, "1j (complex)"),
        (Value(2.0), "Value(data=2.0, grad=0.0) (Value)"),
    ],
)
def test_data_that_is_no_real_number(data, written):
    sentence = (
        f"Value: the data must be one real number, but {written} came. "
        f"Give a float or an int."
    )
    x = Value(1.0)
    calls = [lambda: Value(data)]
    if not isinstance(data, Value):
        calls += [lambda: x + data, lambda: x * data, lambda: x - data]
        calls += [lambda: data - x, lambda: x / data, lambda: x**data]
    for call in calls:
        with says(sentence, TypeError):
            call()


@pytest.mark.parametrize(
    ("call", "sentence", "kind"),
    [
        (
            lambda: Value(3) / 0,
            "Value: 3.0 / 0.0 divides by zero. Keep the divisor away from 0.",
            ZeroDivisionError,
        ),
        (
            lambda: Value(-1).log(),
            "Value: log(-1.0) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
        (
            lambda: Value(0).log(),
            "Value: log(0.0) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
        (
            lambda: Value(-2) ** 0.5,
            "Value: pow(-2.0, 0.5) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
        (
            lambda: Value(0) ** -1,
            "Value: pow(0.0, -1.0) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
        (
            lambda: Value(-2) ** Value(2),
            "Value: log(-2.0) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
        (
            lambda: Value(1000).exp(),
            "Value: exp(1000.0) is too large for a float. Keep the numbers smaller.",
            OverflowError,
        ),
        (
            lambda: Value(1e200) ** 2,
            "Value: pow(1e+200, 2.0) is too large for a float. Keep the numbers smaller.",
            OverflowError,
        ),
        (
            lambda: Value(math.inf).sin(),
            "Value: sin(inf) is not a real number. Check the range of what goes in.",
            ValueError,
        ),
    ],
)
def test_errors(call, sentence, kind):
    with says(sentence, kind):
        call()
