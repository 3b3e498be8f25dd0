"""Make the functions on tensors from their signatures, in torch's own notation.

A function hands its arguments to the operator of the same name in ops. What torch takes
and the operator does not is refused by name: nothing is accepted and ignored.
"""

import inspect

from .. import ops
from .tensor import apply

TEMPLATE = """
def {name}({parameters}):
    {first}
    return apply(forward, backward, {arguments})
"""


def define(signature, prepare=None, module="torch"):
    """Make the function of one line of a table, as source text: so calling it is quick.

    prepare : `floats` or `common`, what is done to the tensors first
    module  : where torch has its counterpart
    """
    name, _, parameters = signature.removesuffix(")").partition("(")
    forward, backward = getattr(ops, name), getattr(ops, f"{name}_backward", None)
    ours = list(inspect.signature(forward).parameters)
    torchs = inspect.signature(eval(f"lambda {parameters}: 0")).parameters
    renamed = {"input": "x"} | {next(iter(torchs)): ours[0]}  # torch's name -> ours
    taken = [p for p in torchs if renamed.get(p, p) in ours]
    first = [_refusal(p) for p in torchs.values() if p.name not in taken]
    if prepare:
        required = [p for p in taken if torchs[p].default is _EMPTY]
        n = prepare.__code__.co_argcount
        tensors = ", ".join(required[-n:] if n > 1 else required[:1])
        first.append(f"{tensors} = prepare({tensors})")
    scope = {
        **{
            "apply": apply,
            "forward": forward,
            "backward": backward,
            "prepare": prepare,
        },
        **{"refuse": lambda *argument: refuse(f"{module}.{name}", *argument)},
    }
    text = TEMPLATE.format(
        name=name,
        parameters=parameters,
        first="\n    ".join(first),
        arguments=", ".join(taken),
    )
    exec(text, scope)
    function = scope[name]
    function.__module__, function.torch_name = _HOMES[module], f"{module}.{name}"
    refused = [p for p in torchs if p not in taken]
    function.__doc__ = _manual(forward, f"{module}.{name}", refused)
    return function


_HOMES = {
    "torch": "lessons_pkg.tensor.functions",
    "torch.nn.functional": "lessons_pkg.nn.functional",
}
_EMPTY = inspect.Parameter.empty


def _manual(forward, counterpart, refused):
    """The docstring: what the operator computes, and how far torch's goes beyond it."""
    summary = inspect.getdoc(forward).partition("\n\n")[0]
    beyond = f" without {', '.join(refused)}" if refused else ""
    return f"{summary}\n\nAs {counterpart}{beyond}. The operator: ops.{forward.__name__}."


def _refusal(parameter):
    """The line of source that refuses an argument, unless it has torch's default."""
    name, default = parameter.name, parameter.default
    differs = "is not" if default is None or isinstance(default, bool) else "!="
    return f"if {name} {differs} {default!r}: refuse({name!r}, {name})"


def refuse(function, argument, value):
    """Say that torch's function has an argument which is not supported here."""
    raise NotImplementedError(
        f"{function.rpartition('.')[2]}: {argument}={value!r} is not supported here; "
        f"use {function}"
    )
