"""The API reference says all there is, and what it says of torch is true."""

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import lessons_pkg as lp

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "book" / "_ext"))

import api  # noqa: E402
import api_notes as notes  # noqa: E402

PAGE = (ROOT / "book" / "reference.md").read_text("utf-8")
HOMES = re.findall(r"^```\{reference\} ?(\S*)$", PAGE, flags=re.MULTILINE)


def walk(entries):
    for entry in entries:
        yield entry
        yield from walk(entry.methods)


ENTRIES = {e.name: e for home in HOMES for e in walk(api.entries(home))}


# Torch's signatures, as far as torch can be asked


def in_torch(dotted):
    """Find what a dotted name stands for in torch; None if there is nothing."""
    found = torch
    names = dotted.split(".")[1:]
    for i, name in enumerate(names):
        if not hasattr(found, name):
            try:
                found = importlib.import_module(f"torch.{'.'.join(names[: i + 1])}")
            except ImportError:
                return None
        else:
            found = getattr(found, name)
    return found


def torch_signatures(dotted):
    """List torch's signatures of a function, each as {name: default as text}.

    From inspect where it can tell, else from the first lines of the docstring, where
    builtin functions list their overloads.
    """
    found, name = in_torch(dotted), dotted.rpartition(".")[2]
    try:
        parameters = inspect.signature(found).parameters.values()
        if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
            return [named(p for p in parameters if p.name != "self")]
    except (TypeError, ValueError):
        pass
    documented = " ".join((found.__doc__ or "").split())
    lines = re.findall(
        rf"(?<![\w.`])(?:{name}|__init__)(\(.*?\))(?= ->|$| )", documented
    )
    return [parsed(line) for line in lines]


def named(parameters):
    return {
        p.name: "" if p.default is p.empty else text(p.default)
        for p in parameters
        if p.name != "_stacklevel"
    }


def parsed(line):
    """Read "(input: Tensor, dim=None, *, out=None)", which need not be Python's grammar."""
    bare = line[1:-1]
    while "[" in bare:
        bare, before = re.sub(r"\[[^\[\]]*\]", "", bare), bare
        if bare == before:
            break
    bare = re.sub(r":\s*[\w.]+", "", bare)
    parts = re.findall(r"(\*?\w+)(?:\s*=\s*((?:\([^)]*\)|[^,()])+))?", bare)
    return {
        name.lstrip("*"): default.strip().replace('"', "'").removeprefix("torch.")
        for name, default in parts
        if not name.isdigit() and name != "self"
    }


def text(default):
    """Write a default so that both engines' are comparable."""
    written = getattr(default, "__name__", None) or repr(default)
    return written.removeprefix("torch.")


def plain(signature):
    """Leave out what the page says once for all."""
    left_out = api.EVERYWHERE | {"layout", "pin_memory", "memory_format"}
    return {n: d for n, d in signature.items() if n not in left_out}


def ours(entry):
    parameters = api.parameters(entry.object)
    found = plain(named(p for p in parameters if p.name != "unsupported"))
    if entry.name.startswith("Tensor."):
        found.pop("input", None)
    return found


def disagreement(entry):
    """Say how a signature differs from all of torch's; "" if it is one of them."""
    candidates = [plain(s) for s in torch_signatures(entry.torch)]
    mine = ours(entry)
    if not candidates or any(same(mine, theirs, candidates) for theirs in candidates):
        return ""
    return f"ours {mine}, torch's {candidates}"


# Torch writes one thing here and does the other.
SAME_IN_EFFECT = [
    ("dtype", "float32", "None"),  # its default dtype
    ("dtype", "int64", "None"),
    ("retain_graph", "False", "None"),  # None stands for the value of create_graph
    ("activation", "'relu'", "relu"),  # a name, or the function of that name
    ("modules", "()", "None"),
    ("correction", "None", "1"),  # None asks `unbiased`, which older code uses
]


def same(mine, theirs, candidates):
    """Compare names, order and defaults.

    An argument of ours that may be left out stands for two overloads of torch's, one of
    which does not have it.
    """
    if list(mine) != list(theirs):
        return False
    return all(
        mine[n] == theirs[n]
        or number(mine[n]) == number(theirs[n])
        or (n, mine[n], theirs[n]) in SAME_IN_EFFECT
        or (mine[n] == "None" and any(n not in c for c in candidates))
        or "Generator object" in theirs[n]
        for n in mine
    )


def number(written):
    try:
        return float(ast.literal_eval(written))
    except (TypeError, ValueError, SyntaxError):
        return object()


# Everything is there


NOT_TO_IMPORT = {
    *("blas", "cli", "doctor", "exercises"),
    *("tensor", "random"),  # their names are those of the package itself
}


def test_every_part_of_the_package_is_on_the_page():
    folder = Path(lp.__file__).parent
    parts = {p.stem for p in folder.iterdir() if not p.name.startswith("_")}
    assert parts - NOT_TO_IMPORT == {home.partition(".")[0] for home in HOMES} - {
        "",
        "Tensor",
    }


def names_of(home):
    """What `dir` shows of a module that was made in the package, and of Tensor all."""
    owner = api.resolve(home)
    if isinstance(owner, type):
        return {name for name in dir(owner) if not name.startswith("_")}
    inside = f"lessons_pkg.{home}".rstrip(".")
    return {
        name
        for name, value in vars(owner).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith(inside)
    }


@pytest.mark.parametrize("home", [home for home in HOMES if home != "ops"])
def test_every_public_name_has_an_entry(home):
    listed = {e.name.removeprefix(f"{home}.") for e in api.entries(home)}
    hidden = {"Rows", "samples", "History"} if home == "data" else set()
    assert names_of(home) - listed - hidden == set()
    assert listed


def test_every_operator_has_an_entry_and_what_its_backward_computes():
    ops = importlib.import_module("lessons_pkg.ops")
    backwards = {name for name in dir(ops) if name.endswith("_backward")}
    shown = [e for e in ENTRIES.values() if e.name.startswith("ops.") and e.backward]
    assert {f"{e.name[4:]}_backward" for e in shown} == backwards
    assert len(shown) > 80


def test_every_method_of_a_shown_class_has_an_entry():
    assert {
        "nn.Module.state_dict",
        "optim.Optimizer.step",
        "scalar.Value.backward",
    } <= set(ENTRIES)


def test_every_entry_says_what_it_is():
    """A docstring, or a sentence where the code has no room for one; dtypes need neither."""
    silent = [e.name for e in ENTRIES.values() if not e.summary]
    silent = [
        name
        for name in silent
        if not isinstance(ENTRIES[name].object, np.dtype)
        and not in_place(ENTRIES[name])
    ]
    assert silent == []


def test_no_sentence_stands_for_a_docstring_that_is_there():
    for name in notes.SENTENCES:
        written = api.docstring(ENTRIES[name].object)
        assert name == "ValuesAndIndices" or not written, name


def test_anchors_are_unique():
    anchors = [e.anchor for home in HOMES for e in walk(api.entries(home))]
    assert sorted(anchors) == sorted(set(anchors))


def test_the_page_needs_no_torch():
    code = (
        "import api, sys\n"
        f"for home in {[home for home in HOMES if home != 'plots']}: api.entries(home)\n"
        "print(*{'torch', 'matplotlib', 'sklearn'} & set(sys.modules))"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "book" / "_ext")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


# What the page says of torch is true


def in_place(entry):
    return getattr(entry.object, "__name__", "") == "change"


CLAIMS = {name: e for name, e in ENTRIES.items() if e.torch}


def test_every_counterpart_is_in_torch():
    assert [e.torch for e in CLAIMS.values() if in_torch(e.torch) is None] == []
    assert len(CLAIMS) > 300


def test_what_has_no_counterpart_is_not_in_torch():
    for name in notes.NO_COUNTERPART - {"ops", "train", "scalar"}:
        home, _, last = name.rpartition(".")
        assert in_torch(f"{api.TORCH_HOMES[home]}.{last}") is None, name
    ours = [e.name for e in api.entries("data") if e.torch is None]
    assert "data.digits" in ours
    assert [n for n in ours if in_torch(f"torch.utils.{n}") is not None] == []


# Signatures that are not torch's to the letter, and why. (Those that a user may notice stand
# in api_notes.DIFFERENCES, and so on the page.)
KNOWN = {
    "arange": "one number is the end, as in torch's overload",
    "randint": "two numbers are the end and the size, as in torch's overload",
    "randperm": "indices have no gradient",
    "var": "torch documents `correction` and still takes `unbiased`",
    "std": "torch documents `correction` and still takes `unbiased`",
    "squeeze": "without dim all, as in torch's overload",
    "expand": "torch has only the method",
    "nn.GRU": "torch's refuses proj_size too, in another way",
    "nn.RNN": "takes what follows as the others do",
    "optim.AdamW": "takes what follows as Adam does",
}


def asked():
    """The entries whose signature torch can be asked about."""
    aliases = {id(e.object) for e in ENTRIES.values() if "." not in e.name}
    for name, entry in CLAIMS.items():
        alias = name.startswith("Tensor.") and id(entry.object) in aliases
        described = callable(entry.object) and api.parameters(entry.object) is not None
        if (
            described
            and not alias
            and not in_place(entry)
            and torch_signatures(entry.torch)
        ):
            yield name, entry


def test_signatures_are_those_of_torch():
    found = {name: disagreement(entry) for name, entry in asked()}
    wrong = {name for name, said in found.items() if said}
    explained = KNOWN.keys() | notes.DIFFERENCES.keys()
    assert [f"{name}: {found[name]}" for name in sorted(wrong - explained)] == []
    assert KNOWN.keys() - wrong == set(), "these agree by now"
    assert len(found) - len(wrong) > 180


@pytest.mark.parametrize(
    "wrong",
    [
        lambda input, dim=0, *, dtype=None: 0,  # another default
        lambda dim, input, *, dtype=None: 0,  # another order
        lambda x, dim, *, dtype=None: 0,  # another name
        lambda input, dim: 0,  # one is missing
    ],
)
def test_a_wrong_signature_is_found(wrong):
    entry = api.Entry("softmax", wrong, "", "", "torch.softmax")
    assert "torch's" in disagreement(entry)
    right = api.Entry(
        "softmax", lambda input, dim, *, dtype=None: 0, "", "", "torch.softmax"
    )
    assert disagreement(right) == ""


def test_differences_are_those_of_entries():
    assert notes.DIFFERENCES.keys() <= ENTRIES.keys()


# Arguments after "without" are refused

REFUSED = [
    (name, argument)
    for name, entry in ENTRIES.items()
    if not name.startswith(("Tensor.", "optim.lr_scheduler.LRScheduler."))  # methods
    for argument in api.refused(entry.object)
]
GIVEN = {"params": [lp.nn.Parameter([1.0])], "dataset": [1, 2], "optimizer": None}


@pytest.mark.parametrize(("name", "argument"), REFUSED)
def test_a_refused_argument_raises(name, argument):
    entry = ENTRIES[name]
    required = [
        GIVEN.get(p.name, 1)
        for p in api.parameters(entry.object)
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    with pytest.raises(NotImplementedError, match=argument):
        entry.object(*required, **{argument: object()})


def test_refused_arguments_are_found():
    found = dict.fromkeys(name for name, _ in REFUSED)
    assert {"softmax", "nn.Conv2d", "nn.MSELoss", "nn.GroupNorm", "optim.SGD"} <= set(
        found
    )
    assert api.refused(lp.nn.functional.mse_loss)[:2] == ("size_average", "reduce")


def test_a_constant_stands_with_the_module_that_hands_it_out():
    assert api.group_of("data", "PAD", lp.data.PAD) == "data/__init__.py"
    assert api.group_of("data.Vocabulary", "size", 3) == "data/__init__.py"
    assert api.group_of("", "float32", lp.float32) == "__init__.py"  # NumPy's
