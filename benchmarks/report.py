"""Compare the results, take the times, print the table."""

import argparse
import platform
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_info

import lessons_pkg as lp
from benchmarks import mnist, scalar_net, timing
from benchmarks.baseline import Node
from benchmarks.workloads import WORKLOADS
from lessons_pkg.scalar import Value

TOLERANCE = 1e-4  # of float32 results after a step, relative to the largest number
MEAN_OF, MEAN_GOAL = ("a", "b", "c", "d", "e1"), 1.25
PARTS, LINES_GOAL = ("scalar.py", "tensor", "ops", "nn", "optim"), 2500
ROW = "{:<3} {:<51} {:>8} {:>8}  {:>6}  {:<14} {:>5}"
HEAD = ("", "workload", "ours ms", "torch ms", "ratio", "quartiles", "goal")


class Different(SystemExit):
    """The engines do not compute the same, so their times mean nothing: the run ends."""


def main(arguments=None):
    """Print the table of the workloads asked for, the engine's size, and MNIST."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="letters, such as c,d; all if empty")
    parser.add_argument("--block", type=float, default=timing.BLOCK, metavar="SECONDS")
    parser.add_argument("--pairs", type=int, default=timing.PAIRS)
    parser.add_argument(
        "--mnist", default="", metavar="FOLDER", help="where MNIST's files are"
    )
    engines = {"lessons": lp, "torch": torch}
    parser.add_argument(
        "--engine", choices=engines, default="lessons", help="what learns MNIST"
    )
    options = parser.parse_args(arguments)
    keys = chosen(options.only, parser)
    torch.set_num_threads(1)
    print(
        f"lessons_pkg {lp.__version__} on NumPy {np.__version__}, PyTorch "
        f"{torch.__version__}, Python {platform.python_version()}; one thread each"
    )
    print(f"NumPy's matrix products: {', '.join(kernels())}")
    timed = [key for key in keys if key != mnist.KEY]
    if timed:
        table(timed, options.block, options.pairs)
    if mnist.KEY in keys:
        for line in mnist.lines(engines[options.engine], options.mnist):
            print(line, flush=True)


def table(keys, block, pairs):
    """Time the workloads, print a line for each and what stands beneath."""
    print(ROW.format(*HEAD))
    ratios = {}
    for key in keys:
        ours, theirs, title, goal = pair(key)
        times = timing.in_turn(ours, theirs, block, pairs)
        print(row(key, title, times, goal), flush=True)
        ratios[key] = times.ratio
    print("\n".join(summary(ratios)))


def kernels():
    """Name the libraries of matrix products that are loaded, and their kernels."""
    found = [p for p in threadpool_info() if p["user_api"] == "blas"]
    return [f"{p['internal_api']} {p.get('architecture', '')}" for p in found]


def chosen(only, parser):
    """List the keys asked for: "e" stands for e1 and e2."""
    known = [*WORKLOADS, "f", mnist.KEY]
    letters = tuple(only.replace(",", " ").split())
    keys = [key for key in known if not letters or key.startswith(letters)]
    wrong = [x for x in letters if not any(key.startswith(x) for key in known)]
    if wrong:
        parser.error(f"no workload {', '.join(wrong)}. There are {', '.join(known)}.")
    return keys


def pair(key):
    """Return both functions to time, proved equal; the workload's title and its goal."""
    if key == "f":
        return *scalar_pair(), scalar_net.TITLE, scalar_net.GOAL
    work = WORKLOADS[key]
    return *engine_pair(work), work.title, work.goal


def engine_pair(work):
    """Build a workload on both engines, from the same weights, and compare one step."""
    torch.manual_seed(0)
    theirs, ours = work.build(torch), work.build(lp)
    ours[0].load_state_dict(theirs[0].state_dict())
    for name, (a, b) in results(ours, theirs).items():
        check(f"{work.key}, {name}", a, b)
    return ours[2], theirs[2]


def results(*engines):
    """Run one step on each: what it returned, all gradients, all new parameters."""
    found = []
    for model, inputs, step in engines:
        named = {"result": step()}
        for name, p in model.named_parameters():
            named |= {name: p, f"gradient of {name}": p.grad}
        named |= {f"gradient of input {i}": x.grad for i, x in enumerate(inputs)}
        found.append({name: t.detach().numpy() for name, t in named.items()})
    ours, theirs = found
    return {name: (ours[name], theirs[name]) for name in theirs}


def scalar_pair(points=scalar_net.POINTS):
    """Build workload f on scalar.Value and on the baseline, and compare one epoch."""
    both = [scalar_net.scalar_net(number, points) for number in (Value, Node)]
    (a, ours), (b, theirs) = both
    check("f, loss", *(np.array(epoch().data) for epoch in (ours, theirs)), 1e-12)
    for what in ("data", "grad"):
        check(
            f"f, {what}",
            *([getattr(w, what) for w in weights] for weights in (a, b)),
            1e-12,
        )
    return ours, theirs


def check(what, ours, theirs, tolerance=TOLERANCE):
    """Refuse to go on where the results differ, in shape, dtype or value."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    same = (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    error = np.abs(ours - theirs).max() if same else np.inf
    if not error <= tolerance * np.abs(theirs).max():
        raise Different(
            f"{what}: the engines differ by {error:.2g}; nothing was timed."
        )


def row(key, title, times, goal):
    """Write one line of the table."""
    low, high = times.quartiles
    ms = [f"{1e3 * np.median(t):.2f}" for t in (times.ours, times.theirs)]
    spread = f"{low:.3f} - {high:.3f}"
    return ROW.format(key, title, *ms, f"{times.ratio:.3f}", spread, f"{goal:.2f}")


def summary(ratios):
    """Write what stands beneath the table."""
    if "f" in ratios:
        yield (
            f"f is timed against a design with closures (baseline.py), not torch: "
            f"{1 / ratios['f']:.1f} times as fast; goal {1 / scalar_net.GOAL:.0f}."
        )
    if all(key in ratios for key in MEAN_OF):
        mean = np.exp(np.mean([np.log(ratios[key]) for key in MEAN_OF]))
        yield f"Geometric mean of {', '.join(MEAN_OF)}: {mean:.2f}; goal {MEAN_GOAL}."
    lines = engine_lines()
    parts = ", ".join(f"{part.removesuffix('.py')} {n}" for part, n in lines.items())
    yield f"Lines: {parts}; together {sum(lines.values())}; goal {LINES_GOAL}."


def engine_lines():
    """Count the lines of the engine's parts, docstrings and comments among them."""
    root = Path(lp.__file__).parent
    counts = {}
    for part in PARTS:
        files = [root / part] if part.endswith(".py") else (root / part).rglob("*.py")
        counts[part] = sum(len(f.read_text("utf-8").splitlines()) for f in files)
    return counts
