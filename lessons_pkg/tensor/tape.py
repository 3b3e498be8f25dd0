"""The tape: what was computed, in order, and the walk back along it.

Every recorded operation leaves a Node behind: the backward of that operation, the cache
that it needs, and an edge to where each of its inputs came from. A node is always younger
than those that it depends on, so the order of creation is all the sorting that the way
back takes: the youngest first.

Reverse-mode differentiation: Linnainmaa, "Taylor expansion of the accumulated rounding
error", BIT Numerical Mathematics 16, 1976.
"""

import itertools

import numpy as np

_ticks = itertools.count()  # numbers the nodes in the order of their creation
_FREED = "freed"  # stands in place of a cache that is gone


class Node:
    """One recorded operation: how the gradients of its outputs reach its inputs."""

    __slots__ = (
        "backward",  # of lessons_pkg.ops: (dy, cache) -> gradients of the inputs
        "cache",
        "edges",  # for each input: (its Node, or itself if it is a leaf; which output)
        "n_outputs",  # None for a bare array, not a tuple
        "needs",  # for each input: is its gradient wanted?
        "retained",  # the outputs that asked for their gradient by retain_grad()
        "saved",  # (version counter, version then) of each tensor in the cache
        "shapes",  # of the outputs
        "tick",
    )

    def __init__(self, backward, cache, inputs, outputs, n_outputs):
        self.backward, self.cache = backward, cache
        self.edges = tuple([edge_to(t) for t in inputs])
        self.needs = tuple([edge is not None for edge in self.edges])
        self.n_outputs = n_outputs
        self.saved = _saved(cache, (*self._read(inputs), *outputs))
        self.shapes = tuple([t.array.shape for t in outputs])
        self.retained = ()
        self.tick = next(_ticks)

    def _read(self, inputs):
        """The inputs whose values the wanted gradients take; where nothing is said, all."""
        reads = getattr(self.backward, "reads", None)
        if reads is None:
            return inputs
        wanted = [
            numbers for numbers, need in zip(reads, self.needs, strict=False) if need
        ]
        return [inputs[i] for i in {i for numbers in wanted for i in numbers}]

    def __repr__(self):
        """Name it as torch does: ExpBackward for exp_backward."""
        words = self.backward.__name__.strip("_").split("_")
        return f"<{''.join(word.capitalize() for word in words)}>"

    def pull(self, gradients):
        """Return the inputs' gradients, some of them None, given the outputs'."""
        if self.cache is _FREED:
            raise RuntimeError(
                "Trying to backward through the graph a second time, but what it had "
                "saved was freed by the first backward(). Give the first one "
                "retain_graph=True, or run the forward again."
            )
        for version, then in self.saved:
            if version[0] != then:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been "
                    f"modified by an inplace operation: {self} needs its value at "
                    f"version {then}, but it is at version {version[0]}. "
                    "Write y = y + 1 in place of y += 1, or change y.clone()."
                )
        dy = gradients[0] if self.n_outputs is None else tuple(gradients)
        # Costly backwards have a third parameter: which gradients are wanted.
        all_needed = self.backward.__defaults__
        wants = (self.needs[: len(all_needed[0])],) if all_needed else ()
        found = self.backward(dy, self.cache, *wants)
        found = found if isinstance(found, tuple) else (found,)
        if any(self.needs[len(found) :]):
            raise NotImplementedError(
                f"{self}: only the first {len(found)} inputs can have a gradient here; "
                f"use torch, or give the others without requires_grad"
            )
        return found

    def free(self):
        """Let go of the saved arrays. As in torch, a node without any can run again."""
        if _arrays(self.cache):
            self.cache, self.saved = _FREED, ()


def edge_to(t):
    """Where the gradient of an input goes: (Node or leaf, which output), or None."""
    if not getattr(t, "_requires_grad", False):
        return None
    return (t if t._node is None else t._node, t._slot)


def _arrays(cache):
    """The arrays in a cache, which may be one array, or tuples of anything."""
    found, left = [], [cache]
    for part in left:  # which grows as tuples are opened
        if isinstance(part, np.ndarray):
            found.append(part)
        elif isinstance(part, tuple):
            left.extend(part)
    return found


def owner(array):
    """Return the array whose memory this one is a view of, or the array itself."""
    return array if array.base is None else array.base


def _saved(cache, tensors):
    """The versions of those tensors whose memory the cache holds."""
    kept = {id(owner(array)) for array in _arrays(cache)}
    return [
        (t._version, t._version[0])
        for t in tensors
        if hasattr(t, "_version") and id(owner(t.array)) in kept
    ]


def walk_back(target, slot, gradient, retain_graph):
    """Carry the gradient of one output of a node back to all leaves.

    Returns {leaf: its gradient}, and the ids of the memory that somebody else holds too.
    """
    pending = {target: {slot: gradient}}  # arrived, but not yet passed on
    shared = {id(owner(gradient))}
    for node in _youngest_first(target):
        _pass_on(node, pending, shared, retain_graph)
    return {leaf: received[0] for leaf, received in pending.items()}, shared


def everything_behind(root):
    """All nodes and leaves that `root` depends on, and itself."""
    found, left = {root}, [root]
    while left:
        for target, _ in filter(None, getattr(left.pop(), "edges", ())):
            if target not in found:
                found.add(target)
                left.append(target)
    return found


def _youngest_first(root):
    """The nodes that `root` depends on, in the order of the way back."""
    nodes = [target for target in everything_behind(root) if isinstance(target, Node)]
    return sorted(nodes, key=lambda node: node.tick, reverse=True)


def _pass_on(node, pending, shared, retain_graph):
    """Take the gradients of a node's outputs from `pending`; leave those of its inputs."""
    received = pending.pop(node, None)
    if received is None:  # no gradient came this way
        return
    gradients = [received.get(slot) for slot in range(node.n_outputs or 1)]
    shared.update(id(owner(g)) for g in gradients if g is not None)
    for t in node.retained:
        t.accumulate(received.get(t._slot), shared)
    for edge, gradient in zip(node.edges, node.pull(gradients), strict=False):
        if edge is not None and gradient is not None:
            target, slot = edge
            slots = pending.setdefault(target, {})
            slots[slot] = slots[slot] + gradient if slot in slots else gradient
    if not retain_graph:
        node.free()
