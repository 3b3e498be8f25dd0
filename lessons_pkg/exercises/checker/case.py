"""A case: one way to use an answer, and the arguments to use it with."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """use(answer, *args, **kwargs) gives what is compared with the solution's.

    Numbers, arrays, functions and classes are all checked through this one door:
    a function is called, a class is built and used, a value is looked at. Where `use`
    is written by hand, `label` is the code that a learner would type for it.
    """

    use: Callable
    args: tuple = ()
    label: str = ""
    kwargs: Mapping = field(default_factory=dict)

    def __post_init__(self):
        if not callable(self.use):
            raise TypeError(f"Case: use must be callable, not {self.use!r}.")
        if not isinstance(self.args, tuple):
            raise TypeError(
                f"Case: args must be a tuple, not {type(self.args).__name__}. "
                "For one argument write args=(x,)."
            )
        if self.use not in (_call, _look) and not self.label:
            raise ValueError('Case: give label="the code that use stands for".')

    @property
    def values(self):
        """All arguments, in the order in which they are written."""
        return [*self.args, *self.kwargs.values()]

    def names(self, solution):
        """Name each of `values` as the solution, or `use` itself, names it."""
        of_use = self.use is not _call
        parameters = _parameters(self.use)[1:] if of_use else _parameters(solution)
        numbered = [f"argument {i + 1}" for i in range(len(self.args))]
        named = parameters[: len(self.args)]
        return [*named, *numbered[len(named) :], *self.kwargs]


def call(*args, **kwargs):
    """A case that calls the answer with these arguments."""
    return Case(_call, args, kwargs=kwargs)


def _call(answer, *args, **kwargs):
    return answer(*args, **kwargs)


def _look(answer):
    return answer


LOOK = Case(_look)  # the one case of an exercise whose answer is a value


def _parameters(function):
    """Names of the parameters that take one positional argument each."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have no signature
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in kinds]
