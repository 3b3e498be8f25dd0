"""Module: what layers, losses and whole models have in common."""

import itertools

import numpy as np

from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that a model learns: assigned to a Module, it is one of its parameters."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        super().__init__(data, requires_grad)

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"


class Module:
    """The base of all layers and models.

    A subclass calls super().__init__(), assigns Parameters, buffers and other Modules as
    attributes, and defines forward(...). The names of the attributes, joined by dots, are
    the keys of the state dict, as in torch.
    """

    def __init__(self):
        self.__dict__["training"] = True
        self.__dict__["_parameters"], self.__dict__["_buffers"] = {}, {}
        self.__dict__["_modules"], self.__dict__["_not_saved"] = {}, set()

    def forward(self, *inputs):
        """Compute the output. Each subclass defines it."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *inputs, **options):
        """Compute the output."""
        return self.forward(*inputs, **options)

    # Attributes

    def __setattr__(self, name, value):
        if "_parameters" not in self.__dict__:
            raise AttributeError(
                f"cannot assign {name} before Module.__init__() call: begin "
                f"{type(self).__name__}.__init__ with super().__init__()."
            )
        home = self._home(name, value)
        for other in (self._parameters, self._buffers, self._modules, self.__dict__):
            if other is not home:
                other.pop(name, None)
        home[name] = value

    def _home(self, name, value):
        """The dictionary that an attribute belongs to."""
        if isinstance(value, Parameter):
            return self._parameters
        if isinstance(value, Module):
            return self._modules
        if name in self._parameters and isinstance(value, Tensor):
            raise TypeError(
                f"cannot assign a Tensor as parameter {name!r}: "
                "use nn.Parameter(...), or None."
            )
        for home in (self._parameters, self._buffers, self._modules):
            if name in home and (value is None or isinstance(value, Tensor)):
                return home
        return self.__dict__

    def __getattr__(self, name):
        for home in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(home, ()):
                return self.__dict__[home][name]
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def __delattr__(self, name):
        for home in (self._parameters, self._buffers, self._modules, self.__dict__):
            if name in home:
                del home[name]
                return
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def register_parameter(self, name, param):
        """Add a Parameter, or None for one that this layer could have but has not."""
        self.__dict__.pop(name, None)
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that is not learned; it is saved if persistent."""
        self.__dict__.pop(name, None)
        self._buffers[name] = tensor
        if not persistent:
            self._not_saved.add(name)

    def add_module(self, name, module):
        """Add a child."""
        setattr(self, name, module)

    # Walking over what is inside

    def named_modules(self, prefix="", seen=None):
        """Yield (dotted name, module) for this module and all inside it, each once."""
        seen = set() if seen is None else seen
        if self not in seen:
            seen.add(self)
            yield prefix, self
            for name, child in self.named_children():
                dotted = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(dotted, seen)

    def modules(self):
        """Yield this module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_children(self):
        """Yield (name, module) for each module directly inside, each once."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        """Yield each module directly inside."""
        return (module for _, module in self.named_children())

    def _named(self, home, prefix="", recurse=True):
        """Yield (dotted name, tensor) from one home of all modules inside, each once."""
        seen = set()
        modules = self.named_modules(prefix) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, t in module.__dict__[home].items():
                if t is not None and id(t) not in seen:
                    seen.add(id(t))
                    yield f"{path}.{name}" if path else name, t

    def named_parameters(self, prefix="", recurse=True):
        """Yield (dotted name, Parameter)."""
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse=True):
        """Yield each Parameter."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True):
        """Yield (dotted name, buffer)."""
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse=True):
        """Yield each buffer."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    # Saving and loading

    def _saved(self):
        """Return {key: tensor} of what is saved, the tensors themselves."""
        found = {}
        for path, module in self._paths():
            homes = itertools.chain(module._parameters.items(), module._buffers.items())
            for name, t in homes:
                if t is not None and name not in module._not_saved:
                    found[f"{path}{name}"] = t
        return found

    def _paths(self, path=""):
        yield path, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child._paths(f"{path}{name}.")

    def state_dict(self):
        """Return {key: tensor}: parameters and buffers, in the module's own memory."""
        return {key: t.detach() for key, t in self._saved().items()}

    def load_state_dict(self, state_dict, strict=True):
        """Copy in the values of a state dict, of this engine's tensors or of torch's.

        Raises RuntimeError for a shape that differs and, where strict, for a key that is
        missing or unknown. Returns (missing keys, unexpected keys).
        """
        own, name = self._saved(), type(self).__name__
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
            raise RuntimeError(
                "\n\t".join([f"Error(s) in loading state_dict for {name}:", *errors])
            )
        for key, a in arrays.items():
            own[key].array[...] = a
            own[key].bump()
        return missing, unexpected

    # Changing all that is inside

    def train(self, mode=True):
        """Set training mode (dropout drops, batch norm uses the batch); return self."""
        for module in self.modules():
            module.__dict__["training"] = bool(mode)
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
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                p.grad.zero_()

    def apply(self, fn):
        """Call fn on every module inside, and last on this one; return self."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, dtype):
        """Turn all floating-point parameters and buffers into this dtype; return self."""
        if isinstance(dtype, str):
            raise NotImplementedError(
                f"Module.to: {dtype!r} is not supported here; use torch.nn.Module.to"
            )
        for t in itertools.chain(self.parameters(), self.buffers()):
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
        return ""

    def __repr__(self):
        lines = [
            f"({n}): {m!r}".replace("\n", "\n  ") for n, m in self._modules.items()
        ]
        inside = "".join(f"\n  {line}" for line in lines) + "\n" if lines else ""
        return f"{type(self).__name__}({self.extra_repr()}{inside})"


def _values(t):
    """The array of a tensor, of either engine."""
    t = t.detach() if hasattr(t, "detach") else t
    return np.asarray(t.cpu() if hasattr(t, "cpu") else t)


def unsupported(layer, **arguments):
    """Refuse arguments, each given as name=(value, default), that are not the default."""
    for name, (value, default) in arguments.items():
        if value is not default and value != default:
            raise NotImplementedError(
                f"{layer}: {name}={value!r} is not supported here; use torch.nn.{layer}"
            )
