"""Make the functions on tensors from their signatures, in torch's own notation.

A function hands its arguments to the operator of the same name in ops. What torch takes
and the operator does not is refused by name: nothing is accepted and ignored.
"""

import inspect
from functools import partial, wraps

from .. import ops
from .tensor import apply

TEMPLATE = """
def {name}({parameters}):
    {first}
    return apply(forward, backward, {arguments})
"""


def define(signature, prepare=None, module="torch"):
    """Make the function of one signature, as source text: so calling it is quick.

    prepare : a function of dtypes.py, applied to the tensors first
    module  : where torch has its counterpart
    """
    name, _, parameters = signature.removesuffix(")").partition("(")
    forward, backward = getattr(ops, name), getattr(ops, f"{name}_backward", None)
    counterpart = f"{module}.{name}"
    ours = list(inspect.signature(forward).parameters)
    torchs = inspect.signature(eval(f"lambda {parameters}: 0")).parameters
    renamed = {"input": "x"} | {next(iter(torchs)): ours[0]}  # torch's name -> ours
    taken = [p for p in torchs if renamed.get(p, p) in ours]
    refused = [p for p in torchs if p not in taken]
    first = [_refusal(torchs[p]) for p in refused]
    if prepare:
        required = [p for p in taken if torchs[p].default is inspect.Parameter.empty]
        n = prepare.__code__.co_argcount  # of one tensor, or of the last two
        tensors = ", ".join(required[:1] if n == 1 else required[-n:])
        first.append(f"{tensors} = prepare({tensors})")
    scope = {
        "apply": apply,
        "forward": forward,
        "backward": backward,
        "prepare": prepare,
        "refuse": partial(refuse, counterpart),
    }
    text = TEMPLATE.format(
        name=name,
        parameters=parameters,
        first="\n    ".join(first),
        arguments=", ".join(taken),
    )
    exec(text, scope)
    function = scope[name]
    function.__module__, function.torch_name = _HOMES[module], counterpart
    function.__doc__ = _manual(forward, counterpart, refused)
    return function


_HOMES = {
    "torch": "lessons_pkg.tensor.functions",
    "torch.nn.functional": "lessons_pkg.nn.functional",
}


def _manual(forward, counterpart, refused):
    """The docstring: what the operator computes, and how far torch's goes beyond it."""
    summary = inspect.getdoc(forward).partition("\n\n")[0]
    beyond = f" without {', '.join(refused)}" if refused else ""
    return (
        f"{summary}\n\nAs {counterpart}{beyond}. The operator: ops.{forward.__name__}."
    )


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


def refuses(home, *names):
    """Make a method refuse these of torch's arguments, unless they are the default.

    home : where torch has the class, such as "torch.nn"
    """

    def decorate(method):
        signature = inspect.signature(method)

        @wraps(method)
        def checked(self, *args, **kwargs):
            try:
                given = signature.bind(self, *args, **kwargs).arguments
            except TypeError:
                given = {}  # the call below says what is missing
            for name in [name for name in names if name in given]:
                value, default = given[name], signature.parameters[name].default
                if value is not default and value != default:
                    refuse(f"{home}.{type(self).__name__}", name, value)
            return method(self, *args, **kwargs)

        return checked

    return decorate
