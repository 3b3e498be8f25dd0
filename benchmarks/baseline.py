"""What scalar.Value is compared with: the design that most courses teach.

Our own few lines after the published design of micrograd (Andrej Karpathy, 2020,
https://github.com/karpathy/micrograd): each node keeps a set of its parents and a closure
that passes its gradient on; a recursive function puts the nodes in order. The closure holds
the node and the node holds the closure, so every node is a reference cycle, which only
Python's garbage collector can free.
"""


class Node:
    """A number, its gradient, and how it was computed."""

    def __init__(self, data, parents=()):
        self.data, self.grad = data, 0.0
        self._parents = set(parents)
        self._pass_on = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out._pass_on = pass_on
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data * other.data, (self, other))

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._pass_on = pass_on
        return out

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def relu(self):
        """max(0, x)."""
        out = Node(self.data if self.data > 0 else 0.0, (self,))

        def pass_on():
            self.grad += (out.data > 0) * out.grad

        out._pass_on = pass_on
        return out

    def backward(self):
        """Add d(self)/d(node) to the grad of every node that self was computed from."""
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node._parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._pass_on()
