"""Containers: modules that hold other modules."""

from .module import Module


class ModuleList(Module):
    """A list of modules, whose parameters are found; it has no forward of its own."""

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)

    def append(self, module):
        """Add one at the end; return self."""
        self._set(str(len(self)), module)
        return self

    def extend(self, modules):
        """Add several at the end; return self."""
        for module in modules:
            self.append(module)
        return self

    def __len__(self):
        return len(self._own_modules())

    def __iter__(self):
        return iter(self._own_modules().values())

    def __getitem__(self, index):
        found = list(self)[index]
        if not isinstance(index, slice):
            return found
        return type(self)(*found) if isinstance(self, Sequential) else type(self)(found)

    def __setitem__(self, index, module):
        self._set(list(self._own_modules())[index], module)

    def _set(self, name, module):
        if not isinstance(module, Module):
            who = type(self).__name__
            raise TypeError(f"{who}: {type(module).__name__} is not a Module")
        setattr(self, name, module)


class Sequential(ModuleList):
    """A chain: each module gets the output of the one before.

    Sequential(a, b), or Sequential({"first": a, "second": b}) for names of one's own.
    """

    def __init__(self, *args):
        named = len(args) == 1 and isinstance(args[0], dict)
        super().__init__(() if named else args)
        for name, module in args[0].items() if named else ():
            setattr(self, name, module)

    def forward(self, input):
        """Pass the input through the chain."""
        for module in self:
            input = module(input)
        return input
