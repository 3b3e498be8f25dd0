"""What the API reference says, read from the package: names, signatures, docstrings.

PyTorch is not needed here. That every counterpart exists in it, and that the signatures
agree, is held by tests/test_reference.py; where they do not agree, DIFFERENCES says so.
"""

import ast
import functools
import importlib
import inspect
import re
import textwrap
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from types import ModuleType

from api_notes import DATA_AS_IN_TORCH, DIFFERENCES, NO_COUNTERPART, SENTENCES

PACKAGE = "lessons_pkg"
# Where torch has the counterparts of a module's names; of the others it has none.
TORCH_HOMES = {
    "": "torch",
    "Tensor": "torch.Tensor",
    "nn": "torch.nn",
    "nn.functional": "torch.nn.functional",
    "nn.init": "torch.nn.init",
    "nn.utils": "torch.nn.utils",
    "nn.utils.rnn": "torch.nn.utils.rnn",
    "optim": "torch.optim",
    "optim.lr_scheduler": "torch.optim.lr_scheduler",
    "data": "torch.utils.data",
    "autograd": "torch.autograd",
}
# A first paragraph may end in the name of torch's function.
TORCH_NAMED = re.compile(r"\s+(torch(?:\.\w+)+)\.$")
# These are refused wherever torch has them; the page says so once.
EVERYWHERE = {"out", "device"}
# Members of classes that only say what the class's own entry says.
NOT_SHOWN = {"forward", "extra_repr", "update", "reset_parameters", "function"}


@dataclass
class Entry:
    """One name: what stands under it in the reference."""

    name: str  # within the package: "nn.Conv2d"
    object: object
    signature: str
    doc: str
    torch: str | None  # "torch.nn.Conv2d", or None
    refused: tuple = ()
    difference: str = ""
    group: str = ""  # the file that does the work: "ops/conv.py"
    backward: str = ""  # of an operator: the first sentence of its backward
    used_by: str = ""  # and the function on tensors that it stands behind
    methods: list = field(default_factory=list)

    @property
    def anchor(self):
        """The address of the entry on its page."""
        return f"api-{self.name}"

    @property
    def summary(self):
        """The first paragraph of the docstring, on one line."""
        return TORCH_NAMED.sub("", first_paragraph(self.doc))

    @property
    def rest(self):
        """What the docstring says besides."""
        return self.doc.partition("\n\n")[2].strip()


def entries(home):
    """List the entries of a module, or of Tensor: "" is the package itself."""
    if home == "ops":
        return [operator(name, f) for name, f in operators().items()]
    return [entry(home, name, value) for name, value in public(home).items()]


def public(home):
    """Find the public names of a module, or of Tensor, in the order of their making."""
    owner = resolve(home)
    found = {n: v for n, v in vars(owner).items() if not n.startswith("_")}
    if isinstance(owner, type):
        slots = getattr(owner, "__slots__", ())
        return {n: v for n, v in found.items() if n not in NOT_SHOWN or n in slots}
    listed = getattr(owner, "__all__", None)
    return {
        name: value
        for name, value in found.items()
        if (name in listed if listed else belongs(value, owner))
        and value is not None
        and not isinstance(value, ModuleType)
    }


def belongs(value, owner):
    """Say whether a module without __all__ shows this value as its own."""
    home = getattr(value, "__module__", None) or type(value).__module__
    inside = home.startswith(owner.__name__) or home == "numpy.dtypes"
    return inside and (callable(value) or owner.__name__ == PACKAGE)


def resolve(home):
    """Get a module, or the class Tensor, by its name within the package."""
    if home == "Tensor":
        return importlib.import_module(PACKAGE).Tensor
    return importlib.import_module(f"{PACKAGE}.{home}".rstrip("."))


def entry(home, name, value):
    """Describe one name."""
    full = f"{home}.{name}".lstrip(".")
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    hidden = EVERYWHERE | ({"dtype"} if inspect.isclass(value) else set())
    shown = Entry(
        full,
        value,
        signature_of(name, value),
        SENTENCES.get(full) or docstring(value),
        counterpart(home, name, value),
        tuple(n for n in refused(value) if n not in hidden and n[0] != "_"),
        DIFFERENCES.get(full, ""),
        group_of(home, name, value),
    )
    if inspect.isclass(value) and full != "Tensor":
        bases = {n for base in value.__mro__[1:-1] for n in vars(base)}
        shown.methods = [
            entry(full, n, v)
            for n, v in vars(value).items()
            if not n.startswith("_") and n not in NOT_SHOWN | bases and documented(v)
        ]
    return shown


def documented(value):
    """Say whether a member of a class is a method or a property."""
    kinds = (property, staticmethod, classmethod)
    return inspect.isfunction(value) or isinstance(value, kinds)


def docstring(value):
    """Read a docstring; a value that is no function or class has none of its own."""
    described = callable(value) or isinstance(value, property)
    return (inspect.getdoc(value) or "") if described else ""


def first_paragraph(doc):
    """Get what a docstring says first, on one line."""
    return " ".join(doc.partition("\n\n")[0].split())


def counterpart(home, name, value):
    """Name what torch has in the place of this; None where it has nothing."""
    full = f"{home}.{name}".lstrip(".")
    if full in NO_COUNTERPART or home in NO_COUNTERPART:
        return None
    if home == "data" and group_of(home, name, value) not in DATA_AS_IN_TORCH:
        return None
    if hasattr(value, "torch_name") and home != "Tensor":
        return value.torch_name
    if home != "Tensor" and (
        named := TORCH_NAMED.search(first_paragraph(docstring(value)))
    ):
        return named[1]
    outer, _, inner = home.rpartition(".")
    if home in TORCH_HOMES:
        return f"{TORCH_HOMES[home]}.{name}"
    if outer in TORCH_HOMES and inner[:1].isupper():  # a method of a class
        return f"{TORCH_HOMES[outer]}.{inner}.{name}"
    return None


# Signatures


def parameters(value):
    """List the parameters that a caller gives, without self; None for what is no call."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    found = list(signature.parameters.values())
    return found[1:] if found and found[0].name in ("self", "cls") else found


def signature_of(name, value):
    """Write a name as it is called, without the arguments that are refused."""
    found = parameters(value) if callable(value) else None
    if found is None:
        return name
    left_out = {*refused(value), "_stacklevel", "unsupported"}
    kept = [p for p in found if p.name not in left_out]
    return f"{name}({written(kept)})"


def written(found):
    """Write parameters as Python does, defaults in their short form."""
    parts, star = [], False
    for p in found:
        if p.kind is p.KEYWORD_ONLY and not star:
            parts.append("*")
        star = star or p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        prefix = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        default = "" if p.default is p.empty else f"={short(p.default)}"
        parts.append(f"{prefix}{p.name}{default}")
    return ", ".join(parts)


def short(default):
    """Write a default: a type or a function by its name."""
    return getattr(default, "__name__", None) or repr(default)


# Arguments that are there, as in torch, and are refused unless they have torch's default


@functools.cache
def refused(value):
    """Find the arguments that raise NotImplementedError, by reading the code."""
    bases = value.__mro__ if inspect.isclass(value) else ()
    if any({"function", "options"} <= vars(base).keys() for base in bases):
        inner = refused(value.function)
        return tuple(name for name in value.options if name in inner)
    found = parameters(value) if callable(value) else None
    if not found:
        return ()
    names = [p.name for p in found]
    if hasattr(value, "torch_name") and "<string>" in value.__code__.co_filename:
        named = value.__code__.co_consts  # as in refuse('out', out)
    else:
        named = named_in_refusals(value)
    return tuple(name for name in names if name in named)


def named_in_refusals(value):
    """Collect the arguments named in calls of `unsupported`, `refuse` and their like."""
    found = set()
    for source in filter(is_ours, value.__mro__ if inspect.isclass(value) else [value]):
        # torch's ways of running an optimiser
        found |= getattr(inspect.getmodule(source), "_WAYS", set())
        tree = ast.parse(source_of(source))
        for call in calls_without_a_case(tree):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if "unsupported" in name:
                found |= {keyword.arg for keyword in call.keywords}
            elif name in ("refuse", "refuses"):
                found |= {
                    n.value for n in ast.walk(call) if isinstance(n, ast.Constant)
                }
    return found


def calls_without_a_case(tree):
    """Yield the calls, but not those after `if f(x):`, where some values are accepted."""
    asking = [n for n in ast.walk(tree) if isinstance(n, ast.If)]
    cases = [
        n for n in asking if any(isinstance(m, ast.Call) for m in ast.walk(n.test))
    ]
    inside = {id(m) for case in cases for n in case.body for m in ast.walk(n)}
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call))
    return [call for call in calls if id(call) not in inside]


def source_of(value):
    """Read the source; there is none of a class that was made by a call."""
    try:
        return textwrap.dedent(inspect.getsource(value))
    except OSError:
        return ""


def is_ours(value):
    """Say whether a class or function has its source in the package."""
    written = inspect.isclass(value) or inspect.isfunction(value)
    return written and value.__module__.startswith(PACKAGE)


# Operators, and the files that do the work


@functools.cache
def operators():
    """Find the forwards of ops, by name; their backwards belong to them."""
    found = {}
    for module in submodules("ops"):
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not name.startswith("_"):
                found[name] = value
    listed = vars(resolve("ops"))
    paired = {n for n in found if f"{n}_backward" in found}
    used = set(public("")) | set(public("nn.functional"))
    return {n: found[n] for n in found if n in listed and n in paired | used}


def submodules(home):
    """Import the files of a part, in the order of their names."""
    package = resolve(home)
    names = sorted(p.stem for p in _folder(package).glob("[!_]*.py"))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _folder(module):
    return Path(module.__file__).parent


def operator(name, forward):
    """Describe an operator: its forward, and what its backward computes."""
    shown = entry("ops", name, forward)
    pair = vars(resolve("ops")).get(f"{name}_backward")
    if pair is not None:
        shown.backward = first_paragraph(docstring(pair))
    for home in ("nn.functional", ""):
        if name in public(home):
            shown.used_by = f"{home}.{name}".lstrip(".")
            break
    return shown


def tensor_members():
    """Sort Tensor's entries: its own, those that are functions, those that work in place."""
    functions = [id(value) for value in public("").values()]
    own, same, in_place = [], [], []
    for found in entries("Tensor"):
        if id(found.object) in functions:
            same.append(found)
        elif getattr(found.object, "__name__", "") == "change":
            in_place.append(found)
        else:
            own.append(found)
    return own, same, in_place


def group_of(home, name, value):
    """Name the file that does the work: an operator's, or the one of the definition."""
    by_operator = home in ("", "nn.functional") and hasattr(value, "torch_name")
    worker = operators().get(name) if by_operator else value
    around = takewhile(str.islower, home.split("."))  # without classes
    module = getattr(worker, "__module__", None) or ".".join([PACKAGE, *around])
    if not module.startswith(PACKAGE):
        module = PACKAGE  # a dtype of NumPy's
    inside = module.removeprefix(PACKAGE).lstrip(".").replace(".", "/")
    is_package = hasattr(importlib.import_module(module), "__path__")
    return f"{inside}/__init__.py".lstrip("/") if is_package else f"{inside}.py"


def group_title(group):
    """Say in words what a file holds: the first sentence of its docstring."""
    dotted = f"{PACKAGE}.{group}".removesuffix(".py").removesuffix(".__init__")
    dotted = dotted.replace("/", ".").removesuffix(".__init__")
    return (inspect.getdoc(importlib.import_module(dotted)) or "").partition("\n")[0]
