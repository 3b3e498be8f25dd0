"""Each workload gives the same numbers on both engines, and the table is printed.

No time is tested here: how fast a machine is says nothing about right or wrong.
"""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from benchmarks import report, timing
from benchmarks.baseline import Node
from benchmarks.workloads import WORKLOADS
from lessons_pkg.scalar import Value


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("key", WORKLOADS)
def test_both_engines_compute_the_same(key):
    ours, theirs = report.engine_pair(WORKLOADS[key])
    first = [
        float(f().sum().item()) for f in (ours, theirs)
    ]  # a second step agrees too
    assert first[0] == pytest.approx(first[1], rel=1e-3, abs=1e-3)


def test_every_workload_moves_what_it_trains():
    """A step that changed nothing would be quick, and equal to another such step."""
    for work in WORKLOADS.values():
        model, inputs, step = work.build(lp)
        before = {n: p.detach().numpy().copy() for n, p in model.named_parameters()}
        step()
        for name, p in model.named_parameters():
            assert np.abs(p.grad.numpy()).max() > 0, (work.key, name)
            moved = not np.array_equal(before[name], p.detach().numpy())
            assert moved or work.key == "c", (work.key, name)
        assert all(np.abs(x.grad.numpy()).max() > 0 for x in inputs)
    assert inputs == ()  # only c, which has no optimiser, asks for more


def test_scalar_value_and_the_baseline_compute_the_same():
    ours, theirs = report.scalar_pair(points=4)
    assert ours().data == pytest.approx(theirs().data, rel=1e-9)


@pytest.mark.parametrize("number", [Value, Node])
def test_the_baseline_by_hand(number):
    # y = relu(a * b - a) + 2 a = 4 + 4;  dy/da = b - 1 + 2 = 4, dy/db = a = 2
    a, b = number(2.0), number(3.0)
    y = (a * b - a).relu() + 2 * a
    y.backward()
    assert (y.data, a.grad, b.grad) == (8.0, 4.0, 2.0)


def test_different_results_are_not_timed():
    step = WORKLOADS["a"].build

    def other(lib):
        model, inputs, f = step(lib)
        return model, inputs, (lambda: f() * 1.001) if lib is lp else f

    work = WORKLOADS["a"].__class__("a", "wrong", 1.0, other)
    with pytest.raises(
        report.Different, match=r"a, result: the engines differ by 0\.00"
    ):
        report.engine_pair(work)


def test_small_gradients_count_too():
    with pytest.raises(report.Different):
        report.check("x", np.zeros(3, np.float32), np.full(3, 1e-6, np.float32))


@pytest.mark.parametrize(
    "wrong",
    [np.ones(3, np.float64), np.ones((3, 1), np.float32), np.full(3, np.nan, "f")],
)
def test_another_dtype_shape_or_nan_differs(wrong):
    with pytest.raises(report.Different):
        report.check("x", wrong, np.ones(3, np.float32))


# The clock


def test_blocks_alternate_and_the_ratio_is_the_median_of_pairs(monkeypatch):
    called = []
    ours, theirs = (lambda: called.append("A")), (lambda: called.append("B"))
    seconds = iter([9, 1, 9, 1, *(3, 1), *(1, 2), *(14, 2)])  # warm up; A B, B A, A B
    monkeypatch.setattr(timing, "_block", lambda f, n: (f(), next(seconds))[1])
    times = timing.in_turn(ours, theirs, block=0.1, pairs=3)
    assert "".join(called) == "AABB" + "AB" + "BA" + "AB"
    assert times.ours.tolist() == [3, 2, 14]
    assert times.theirs.tolist() == [1, 1, 2]
    assert times.ratio == 3.0  # of 3, 2 and 7
    assert times.quartiles.tolist() == [2.5, 5.0]


def test_a_block_is_as_long_as_asked():
    calls = []
    timing.in_turn(lambda: calls.append(1), lambda: None, block=1e-3, pairs=1)
    assert len(calls) > 10


# The table


def test_the_table_is_printed(capsys):
    report.main(["--only", "a", "--block", "0.001", "--pairs", "3"])
    head, kernels, columns, line, size = capsys.readouterr().out.splitlines()
    assert "one thread each" in head
    assert kernels.startswith("NumPy's matrix products: ")
    assert columns.split()[:4] == ["workload", "ours", "ms", "torch"]
    assert re.match(
        r"a   MLP .* +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ - [\d.]+ +0\.90$", line
    )
    assert re.match(r"Lines: scalar \d+, tensor \d+, ops \d+, nn \d+, optim \d+", size)


def test_the_mean_and_the_scalar_line_stand_beneath():
    ratios = dict.fromkeys(report.MEAN_OF, 2.0) | {"b": 0.5, "e2": 9.0, "f": 0.05}
    scalar, mean, _ = report.summary(ratios)
    assert "20.0 times as fast; goal 12" in scalar
    assert mean == "Geometric mean of a, b, c, d, e1: 1.52; goal 1.25."  # 2 * 4 ** -0.2
    assert len(list(report.summary({"a": 1.0}))) == 1


def test_letters_choose(capsys):
    parser = __import__("argparse").ArgumentParser()
    assert report.chosen("c, e", parser) == ["c", "e1", "e2"]
    assert report.chosen("", parser) == [*WORKLOADS, "f"]
    with pytest.raises(SystemExit):
        report.chosen("c,z", parser)
    assert "no workload z" in capsys.readouterr().err


def test_it_starts_with_one_thread_each():
    code = (
        "import sys, os; sys.argv = ['bench', '--only', 'nothing']\n"
        "try: import benchmarks.__main__\n"
        "except SystemExit: print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1\n"
    assert "no workload nothing" in done.stderr
