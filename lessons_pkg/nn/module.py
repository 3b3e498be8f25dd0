"""Module: what layers, losses and whole models have in common."""

from functools import partial

import numpy as np

from ..tensor import Tensor, define
from ..tensor.methods import dtype_of

refuses = partial(define.refuses, "torch.nn")  # @refuses("device", "dtype")


class Parameter(Tensor):
    """A tensor that a model learns: assigned to a Module, it is one of its parameters."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        super().__init__(data, requires_grad)

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"


def empty(*shape):
    """Return a Parameter of this shape, to be filled by nn.init."""
    return Parameter(np.zeros(shape, np.float32))


class Module:
    """The base of all layers and models.

    A subclass calls super().__init__(), assigns Parameters and other Modules as attributes,
    registers its buffers, and defines forward(...). The names of the attributes, joined by
    dots, are the keys of the state dict, as in torch.
    """

    _shown = (
        ""  # what its line shows between the brackets: "p={p}", with its attributes
    )

    def __init__(self):
        self.training = True
        self._persistent = {}  # name of each buffer -> whether it is saved

    def forward(self, *inputs):
        """Compute the output. Each subclass defines it."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *inputs, **options):
        """Compute the output."""
        return self.forward(*inputs, **options)

    # Attributes: a parameter is an attribute that is a Parameter, a child one that is a
    # Module, a buffer one whose name is registered

    def __setattr__(self, name, value):
        if isinstance(value, Parameter | Module) and "_persistent" not in vars(self):
            raise AttributeError(
                f"cannot assign {name} before Module.__init__() call: begin "
                f"{type(self).__name__}.__init__ with super().__init__()."
            )
        old = vars(self).get(name)
        if isinstance(old, Parameter) and not isinstance(value, Parameter | None):
            raise TypeError(
                f"cannot assign a {type(value).__name__} as parameter {name!r}: "
                "use nn.Parameter(...), or None."
            )
        if not isinstance(old, Parameter | Module):
            vars(self).pop(name, None)  # what becomes one of these now, stands last
        super().__setattr__(name, value)

    def register_parameter(self, name, param):
        """Add a Parameter, or None for one that this layer could have but has not."""
        setattr(self, name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that is not learned; it is saved if persistent."""
        setattr(self, name, tensor)
        self._persistent[name] = persistent

    def _own_parameters(self):
        return {n: v for n, v in vars(self).items() if isinstance(v, Parameter)}

    def _own_buffers(self):
        pairs = ((name, vars(self).get(name)) for name in self._persistent)
        return {name: t for name, t in pairs if isinstance(t, Tensor)}

    def _own_modules(self):
        return {n: v for n, v in vars(self).items() if isinstance(v, Module)}

    # Walking over what is inside

    def _walk(self, path=""):
        """Yield (dotted name, module) of this and all inside, one in two places twice."""
        yield path, self
        for name, child in self._own_modules().items():
            yield from child._walk(_dotted(path, name))

    def named_modules(self, prefix=""):
        """Yield (dotted name, module) for this module and all inside it, each once."""
        return _each_once(self._walk(prefix))

    def modules(self):
        """Yield this module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_children(self):
        """Yield (name, module) for each module directly inside, each once."""
        return _each_once(self._own_modules().items())

    def children(self):
        """Yield each module directly inside."""
        return (module for _, module in self.named_children())

    def _named(self, own, prefix, recurse):
        """Yield (dotted name, value) for all that own(module) finds, each value once."""
        places = self._walk(prefix) if recurse else [(prefix, self)]
        return _each_once(
            (_dotted(path, name), value)
            for path, module in places
            for name, value in own(module).items()
        )

    def named_parameters(self, prefix="", recurse=True):
        """Yield (dotted name, Parameter)."""
        return self._named(Module._own_parameters, prefix, recurse)

    def parameters(self, recurse=True):
        """Yield each Parameter."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True):
        """Yield (dotted name, buffer)."""
        return self._named(Module._own_buffers, prefix, recurse)

    def buffers(self, recurse=True):
        """Yield each buffer."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    # Saving and loading

    def state_dict(self):
        """Return {key: tensor}: parameters and buffers, in the module's own memory."""
        return {
            _dotted(path, name): t.detach()
            for path, module in self._walk()
            for name, t in {**module._own_parameters(), **module._own_buffers()}.items()
            if module._persistent.get(name, True)
        }

    def load_state_dict(self, state_dict, strict=True):
        """Copy in the values of a state dict, of this engine's tensors or of torch's.

        Raises RuntimeError for a shape that differs and, where strict, for a key that is
        missing or unknown. Returns (missing keys, unexpected keys).
        """
        own = self.state_dict()
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        arrays = {k: _values(state_dict[k]) for k in own if k in state_dict}
        errors = [
            f"size mismatch for {key}: copying a param with shape {a.shape} from "
            f"checkpoint, the shape in current model is {own[key].shape}."
            for key, a in arrays.items()
            if a.shape != own[key].shape
        ]
        if strict and missing:
            errors.append(f"Missing key(s) in state_dict: {', '.join(missing)}.")
        if strict and unexpected:
            errors.append(f"Unexpected key(s) in state_dict: {', '.join(unexpected)}.")
        if errors:
            first = f"Error(s) in loading state_dict for {type(self).__name__}:"
            raise RuntimeError("\n\t".join([first, *errors]))
        for key, a in arrays.items():
            own[key].array[...] = a
            own[key].bump()
        return missing, unexpected

    # Changing all that is inside

    def train(self, mode=True):
        """Set training mode (dropout drops, batch norm uses the batch); return self."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self):
        """Set evaluation mode; return self."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Freeze (False) or unfreeze all parameters; return self."""
        for p in self.parameters():
            p.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none=True):
        """Forget all gradients."""
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else p.grad.zero_()

    def apply(self, fn):
        """Call fn on every module inside, and last on this one; return self."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, *target, dtype=None, device=None):
        """Turn all floating-point parameters and buffers into a dtype; return self."""
        dtype = dtype_of("torch.nn.Module.to", *target, device, dtype)
        if dtype is None:
            return self
        for t in [*self.parameters(), *self.buffers()]:
            if t.dtype.kind == "f":
                t.array = t.array.astype(dtype, copy=False)
        return self

    def double(self):
        """Turn all into float64; return self."""
        return self.to(np.float64)

    def float(self):
        """Turn all into float32; return self."""
        return self.to(np.float32)

    # What it looks like

    def extra_repr(self):
        """Return what stands between the brackets of the layer's line."""
        return self._shown.format(**vars(self))

    def __repr__(self):
        children = self._own_modules().items()
        lines = [
            f"\n({name}): {child!r}".replace("\n", "\n  ") for name, child in children
        ]
        inside = "".join(lines) + "\n" if lines else ""
        return f"{type(self).__name__}({self.extra_repr()}{inside})"


def _dotted(path, name):
    return f"{path}.{name}" if path else name


def _each_once(pairs):
    """Yield the (name, value) pairs whose value was not there before."""
    seen = set()
    for name, value in pairs:
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value


def _values(t):
    """The array of a tensor, of either engine."""
    t = t.detach() if hasattr(t, "detach") else t
    return np.asarray(t.cpu() if hasattr(t, "cpu") else t)
