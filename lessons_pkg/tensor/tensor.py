"""Tensor: an array that remembers how it was computed, so that gradients can flow back."""

import numpy as np

from .recording import is_grad_enabled
from .tape import Node, edge_to, everything_behind, owner, walk_back


def apply(forward, backward, *inputs, **options):
    """Run forward(*inputs, **options) of an operation on tensors, and record it.

    inputs  : tensors, or anything else that the forward takes in their place
    options : further arguments of the forward, no tensors among them
    Returns a Tensor, or a tuple of them where the forward gives a tuple of arrays.
    """
    with np.errstate(all="ignore"):  # inf and nan come silently, as in torch
        out, cache = forward(
            *[t.array if isinstance(t, Tensor) else t for t in inputs], **options
        )
    several = isinstance(out, tuple)
    outputs = tuple([wrap(array, inputs) for array in (out if several else (out,))])
    if several:
        for t in outputs:  # pieces of one array
            t._view = t.array.base is not None
    followed = [t for t in inputs if getattr(t, "_requires_grad", False)]
    if followed and is_grad_enabled():
        node = Node(backward, cache, inputs, outputs, len(outputs) if several else None)
        for slot, t in enumerate(outputs):
            if t.array.dtype.kind == "f":  # indices, say, have no gradient
                t._requires_grad, t._node, t._slot = True, node, slot
    return outputs if several else outputs[0]


def wrap(array, inputs=()):
    """Make a Tensor of an array; a view of an input shares its version counter."""
    t = Tensor.__new__(Tensor)
    t.array = array = np.asarray(array)
    t._version, t._view = None, False
    if array.base is not None:
        for x in inputs:
            if isinstance(x, Tensor) and owner(x.array) is array.base:
                t._version, t._view = x._version, True
    t._version = t._version or [0]
    t.grad, t._requires_grad, t._node, t._slot = None, False, None, 0
    return t


class Tensor:
    """An array with a gradient.

    data : numbers, nested lists, an array (shared, not copied) or a Tensor. As in torch,
           Python's floats become float32 and whole numbers int64; arrays keep their dtype
    requires_grad : whether operations on it are recorded, for `backward`
    Raises TypeError for data that are no numbers, RuntimeError for a gradient of integers.
    """

    __slots__ = (
        "__weakref__",
        "_node",
        "_requires_grad",
        "_slot",
        "_version",  # [how often the memory was changed], shared with all views of it
        "_view",  # does it show another tensor's memory?
        "array",
        "grad",
    )
    __array_ufunc__ = None  # array * tensor asks the tensor, as tensor * array does

    def __init__(self, data, requires_grad=False):
        self.array = as_array(data)
        self.grad, self._node, self._slot, self._version = None, None, 0, [0]
        self._requires_grad = self._view = False
        if requires_grad:
            self.requires_grad = True

    @property
    def requires_grad(self):
        """Whether operations on this tensor are recorded."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value):
        if value and self.array.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, but this "
                f"one has dtype {self.dtype}. Make it one first: x.float()."
            )
        if not value and self._node is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. "
                "For a tensor without history use x.detach()."
            )
        self._requires_grad = bool(value)

    def requires_grad_(self, requires_grad=True):
        """Set requires_grad; return the tensor itself."""
        self.requires_grad = requires_grad
        return self

    @property
    def grad_fn(self):
        """The Node that computed this tensor; None for a leaf."""
        return self._node

    @property
    def is_leaf(self):
        """Whether the tensor was made by the user, not by a recorded operation."""
        return self._node is None

    def backward(
        self, gradient=None, retain_graph=False, create_graph=False, inputs=None
    ):
        """Add dL/dt to t.grad, for every leaf t that this tensor L was computed from.

        gradient : dL/d(this tensor), of its shape; may be left out for a single number
        Reverse-mode differentiation: Linnainmaa, master's thesis, Helsinki 1970.
        Raises RuntimeError where torch does: no history, no gradient for several numbers,
        a graph whose saved values were freed or changed in place.
        """
        if create_graph or inputs is not None:
            raise NotImplementedError(
                "backward: create_graph and inputs are not supported here; "
                "use torch.Tensor.backward"
            )
        if not self._requires_grad:
            raise RuntimeError(
                "element 0 of tensors does not require grad and does not have a grad_fn: "
                "nothing that it was computed from has requires_grad=True, or it was "
                "made inside no_grad(), or by detach()."
            )
        with np.errstate(all="ignore"):
            gradients, shared = walk_back(
                *edge_to(self), self._seed(gradient), retain_graph
            )
        for leaf, gradient in gradients.items():
            leaf.accumulate(gradient, shared)

    def _seed(self, gradient):
        """Check the gradient to start from; return it as an array."""
        if gradient is None:
            if self.array.size != 1:
                raise RuntimeError(
                    "grad can be implicitly created only for scalar outputs, but this "
                    f"one has shape {self.shape}. Reduce it to one number first, such as "
                    "by .sum(), or give backward() a gradient of this shape."
                )
            return np.ones_like(self.array)
        array = as_array(gradient)
        if array.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: the gradient given has shape {array.shape}, "
                f"and the tensor has shape {self.shape}. They must be the same."
            )
        return array.astype(self.dtype, copy=False)

    def accumulate(self, gradient, shared):
        """Add to .grad; what lies in memory that somebody else holds is copied first."""
        if gradient is None:
            return
        if self.grad is not None:
            gradient = self.grad.array + gradient
        elif id(owner(gradient)) in shared or not gradient.flags.writeable:
            gradient = gradient.copy()
        shared.add(id(owner(gradient)))
        self.grad = wrap(np.asarray(gradient, self.dtype))

    def retain_grad(self):
        """Keep the gradient of this tensor too, though it is not a leaf."""
        if not self._requires_grad:
            raise RuntimeError(
                "can't retain_grad on Tensor that has requires_grad=False"
            )
        if self._node is not None:
            self._node.retained = (*self._node.retained, self)

    def graph(self, **names):
        """Describe what was recorded, for `plots.graph`: y.graph(x=x, w=w).

        names : leaves, to be shown under these names
        Returns a row for each node and leaf, parents first: (id, name, operation,
        {what: text}, ids of the parents), as Value.graph does.
        """
        root, _ = edge_to(self) or (self, 0)
        found = sorted(everything_behind(root), key=lambda t: getattr(t, "tick", -1))
        ids, names = (
            {t: i for i, t in enumerate(found)},
            {id(t): n for n, t in names.items()},
        )
        rows = []
        for t in found:
            parents = tuple(ids[edge[0]] for edge in getattr(t, "edges", ()) if edge)
            shape = t.shapes[0] if isinstance(t, Node) else t.shape
            operation = f"{t}"[1:-9] if isinstance(t, Node) else ""
            rows.append(
                (ids[t], names.get(id(t), ""), operation, {"shape": shape}, parents)
            )
        return rows

    def detach(self):
        """Return the same values, in the same memory, without history."""
        t = wrap(self.array)
        t._version = self._version
        return t

    @property
    def data(self):
        """The tensor without its history; changes of it are not noticed by backward."""
        return wrap(self.array)

    @data.setter
    def data(self, value):
        self.array = as_array(value)

    def numpy(self, *, force=False):
        """Return the array itself; only a tensor without history gives it away."""
        if force:
            raise NotImplementedError(
                "numpy: force=True is not supported here; use torch.Tensor.numpy"
            )
        if self._requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return self.array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def item(self):
        """Return the only entry as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar"
            )
        return self.array.item()

    def tolist(self):
        """Return the entries as nested lists of Python numbers."""
        return self.array.tolist()

    def bump(self):
        """Note that the array was changed in place, for the graphs that saved it."""
        self._version[0] += 1

    def in_place(self, operation, *others):
        """Give this tensor the value operation(self, *others), in its own memory."""
        recording = is_grad_enabled() and any(
            isinstance(t, Tensor) and t._requires_grad for t in (self, *others)
        )
        before = self
        if recording:
            if self.is_leaf and self._requires_grad:
                raise RuntimeError(
                    "a leaf Variable that requires grad is being used in an in-place "
                    "operation. Update parameters inside `with no_grad():`."
                )
            if self._view:
                raise NotImplementedError(
                    "an in-place change of a view is not recorded here; use torch.Tensor"
                )
            before = wrap(self.array.copy())  # what it was, with its history
            before._requires_grad = self._requires_grad
            before._node, before._slot = self._node, self._slot
        after = operation(before, *others)
        self._fill(after)
        if recording:
            self._requires_grad, self._node, self._slot = True, after._node, after._slot
        return self

    def _fill(self, after):
        """Copy the values of another tensor into this one."""
        if not np.can_cast(after.dtype, self.dtype, "same_kind"):
            raise RuntimeError(
                f"result type {after.dtype} can't be cast to the desired output type "
                f"{self.dtype}"
            )
        if np.broadcast_shapes(after.shape, self.shape) != self.shape:
            raise RuntimeError(
                f"output with shape {self.shape} doesn't match the broadcast shape "
                f"{after.shape}"
            )
        if not self.array.flags.writeable:
            raise RuntimeError(
                "unsupported operation: this tensor may not be written to: several of its "
                "entries lie in one place in memory (after expand), or NumPy forbids it. "
                "Change x.clone() instead."
            )
        self.array[...] = after.array
        self.bump()

    def __repr__(self):
        text = np.array2string(
            self.array, separator=", ", precision=4, prefix="tensor("
        )
        notes = "" if self.dtype in _PLAIN else f", dtype={self.dtype}"
        if self._node is not None:
            notes += f", grad_fn={self._node}"
        elif self._requires_grad:
            notes += ", requires_grad=True"
        return f"tensor({text}{notes})"


_PLAIN = (np.dtype("float32"), np.dtype("int64"), np.dtype("bool"))


def as_array(data, dtype=None):
    """Return data as an array of numbers, with torch's choice of dtype.

    Raises TypeError for what holds no real numbers, ValueError for rows that differ in
    length.
    """
    if isinstance(data, Tensor):
        array = data.array
    else:
        try:
            array = np.asarray(data)
        except ValueError:
            raise ValueError(
                "tensor: the rows have different lengths. "
                "Give every row the same number of entries."
            ) from None
        if array.dtype == np.float64 and dtype is None and not _is_numpy(data):
            array = array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"tensor: the data must be real numbers, but {data!r} has dtype {array.dtype}."
        )
    return array if dtype is None else array.astype(dtype, copy=False)


def _is_numpy(data):
    """Whether data, or the first entry of nested lists, already has a dtype."""
    while isinstance(data, list | tuple) and len(data):
        data = data[0]
    return isinstance(data, np.ndarray | np.generic | Tensor)


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """Make a Tensor of a copy of data: numbers, nested lists, an array.

    >>> tensor([[1.0, 2.0]], requires_grad=True)
    tensor([[1., 2.]], requires_grad=True)
    """
    if device not in (None, "cpu") or pin_memory:
        raise NotImplementedError(
            "tensor: device and pin_memory are not supported here; use torch.tensor"
        )
    return Tensor(as_array(data, dtype).copy(), requires_grad)
