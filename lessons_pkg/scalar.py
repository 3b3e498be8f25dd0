"""Reverse-mode automatic differentiation on single numbers.

Every operation makes a new Value, which keeps the one or two Values that it was made from
and how fast it changes with each of them, as plain numbers. `backward` goes from the result
back to the inputs and applies the chain rule at each node:
a.grad += node.grad * slope_a, and the same for b.

Method: S. Linnainmaa, master's thesis, Helsinki 1970; for neural networks D. Rumelhart,
G. Hinton and R. Williams, "Learning representations by back-propagating errors", 1986.
"""

import itertools
import math
import operator
from numbers import Real

_places = itertools.count()  # numbers the Values in the order in which they are made


class Value:
    """A number that knows how it was computed and, after `backward`, its gradient.

    data  : the number, a float
    grad  : d(result)/d(this), summed over all calls of backward; set it to 0 in between
    label : a name for drawings
    op, a, slope_a, b, slope_b : set by the operation that made it: its name, the Values
            it was made from, and d(this)/da, d(this)/db. For an input a and b are None
    Raises TypeError for data that is no real number.

    >>> a, b = Value(2.0), Value(3.0)
    >>> y = a * b + a
    >>> y.backward()
    >>> a  # dy/da = b + 1
    Value(data=2.0, grad=4.0)
    """

    # Slots and no closures or tuples: Python's garbage collector has only one object a
    # node to look at, and no cycles. Most of the time would be its own otherwise.
    __slots__ = ("a", "b", "data", "grad", "label", "op", "place", "slope_a", "slope_b")

    def __init__(self, data, label="", op="", a=None, slope_a=0, b=None, slope_b=0):
        self.data = data if type(data) is float else _number(data)
        self.grad = 0.0
        self.label, self.op = label, op
        self.a, self.slope_a, self.b, self.slope_b = a, slope_a, b, slope_b
        self.place = next(_places)  # larger than those of a and b, which came earlier

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def backward(self):
        """Add d(self)/d(node) to the grad of every node that self was computed from.

        What an earlier call left in grad is laid aside meanwhile: passed on to a and b
        once more, it would count twice.
        """
        nodes = self._nodes()
        earlier = [(node, node.grad) for node in nodes if node.grad]
        for node, _ in earlier:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(nodes):  # last made first: its grad is complete by then
            if node.a is not None:
                node.a.grad += node.grad * node.slope_a
            if node.b is not None:
                node.b.grad += node.grad * node.slope_b
        for node, grad in earlier:
            node.grad += grad

    def _nodes(self):
        """Return self and all that it was computed from, in the order of creation."""
        nodes, seen = [self], {self, None}
        for node in nodes:  # the list grows as we walk along it: no recursion
            for parent in (node.a, node.b):
                if parent not in seen:
                    seen.add(parent)
                    nodes.append(parent)
        return sorted(nodes, key=operator.attrgetter("place"))

    def graph(self):
        """Describe the graph for `plots.graph`: (id, label, op, lines, parents) a node.

        Ids count from 0 in the order of creation, so that parents, a tuple of ids, are
        smaller than the node's own. lines : what to write in the node, name -> number
        """
        nodes = self._nodes()
        ids = {node: i for i, node in enumerate(nodes)}
        rows = []
        for node, i in ids.items():
            lines = {"data": node.data, "grad": node.grad}
            parents = tuple(ids[p] for p in (node.a, node.b) if p is not None)
            rows.append((i, node.label, node.op, lines, parents))
        return rows

    # Operators: the value, then each parent with its slope.

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, "", "+", self, 1.0, other, 1.0)

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data - other.data, "", "-", self, 1.0, other, -1.0)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        x, y = self.data, other.data
        return Value(x * y, "", "*", self, y, other, x)

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        x, y = self.data, other.data
        quotient = _real(f"{x} / {y}", operator.truediv, x, y)
        return Value(quotient, "", "/", self, 1 / y, other, -quotient / y)

    def __pow__(self, exponent):
        """x**n, slope n x**(n - 1). An exponent that is a Value needs x > 0."""
        if isinstance(exponent, Value):
            return (exponent * self.log()).exp()
        x, n = self.data, _number(exponent)
        power = _real(f"pow({x}, {n})", math.pow, x, n)
        if x or n >= 1:
            slope = n * _real(f"pow({x}, {n - 1})", math.pow, x, n - 1)
        else:
            slope = math.inf if n else 0.0  # at 0 a root is vertical, x**0 = 1 is flat
        return Value(power, "", f"**{n:g}", self, slope)

    def __neg__(self):
        return Value(-self.data, "", "-", self, -1.0)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return Value(other) - self

    def __rtruediv__(self, other):
        return Value(other) / self

    def __rpow__(self, other):
        return Value(other) ** self

    # Functions.

    def exp(self):
        """e**x; its slope is itself."""
        y = _real(f"exp({self.data})", math.exp, self.data)
        return Value(y, "", "exp", self, y)

    def log(self):
        """Natural logarithm, slope 1 / x."""
        y = _real(f"log({self.data})", math.log, self.data)
        return Value(y, "", "log", self, 1 / self.data)

    def sin(self):
        """Sine, slope cos(x)."""
        y = _real(f"sin({self.data})", math.sin, self.data)
        return Value(y, "", "sin", self, math.cos(self.data))

    def relu(self):
        """max(0, x), slope 1 where x > 0 and 0 elsewhere."""
        x = self.data
        return Value(max(x, 0.0), "", "relu", self, 1.0 if x > 0 else 0.0)

    def tanh(self):
        """Hyperbolic tangent t, slope 1 - t**2."""
        t = math.tanh(self.data)
        return Value(t, "", "tanh", self, 1 - t * t)

    def sigmoid(self):
        """Logistic function s = 1 / (1 + exp(-x)), slope s (1 - s)."""
        e = math.exp(-abs(self.data))  # never overflows
        s = (1 if self.data > 0 else e) / (1 + e)
        return Value(s, "", "sigmoid", self, e / (1 + e) ** 2)


def _number(data):
    """Return data as a float, if it is a real number."""
    if isinstance(data, Real):
        return float(data)
    raise TypeError(
        f"Value: the data must be one real number, but {data!r} "
        f"({type(data).__name__}) came. Give a float or an int."
    )


_REASONS = {
    ZeroDivisionError: "divides by zero. Keep the divisor away from 0.",
    OverflowError: "is too large for a float. Keep the numbers smaller.",
    ValueError: "is not a real number. Check the range of what goes in.",
}


def _real(text, function, *numbers):
    """Return function(*numbers), or say in a sentence why there is no such number."""
    try:
        return function(*numbers)
    except tuple(_REASONS) as error:
        raise type(error)(f"Value: {text} {_REASONS[type(error)]}") from None
