"""Each workload gives the same numbers on both engines, and the table is printed.

No time is tested here: how fast a machine is says nothing about right or wrong.
"""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from benchmarks import mnist, report, timing
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
    assert report.chosen("", parser) == [*WORKLOADS, "f", "mnist"]
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


# MNIST, on a made-up folder: the class is where a bright square lies


def squares(n):
    x, y = np.zeros((n, 28, 28), np.uint8), np.arange(n) % 10
    for image, k in zip(x, y, strict=True):
        row, column = 4 + 10 * (k // 5), 4 + 4 * (k % 5)
        image[row : row + 8, column : column + 4] = 255
    return x, y.astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    arrays = {}
    for part, n in (("train", 130), ("test", 30)):
        arrays[f"x_{part}"], arrays[f"y_{part}"] = squares(n)
    np.savez(tmp_path / "mnist.npz", **arrays)
    return tmp_path


@pytest.mark.parametrize("engine", ["lessons", "torch"])
def test_both_recipes_stand_side_by_side(folder, capsys, monkeypatch, engine):
    monkeypatch.setattr(mnist, "SEEDS", (0, 1))
    report.main(["--only", "mnist", "--mnist", str(folder), "--engine", engine])
    _, _, what, theirs, ours, head, *table, test, verdict = (
        capsys.readouterr().out.splitlines()
    )
    name = {"lessons": "lessons_pkg", "torch": "torch"}[engine]
    assert what == (
        f"MNIST, 130 images to train on, 30 to test on; engine {name}, one thread"
    )
    assert theirs == "articles: article_cnn, Adam 0.001, batch 64, 5 epochs"
    assert ours.startswith("ours: early_pooling, Adam one cycle to 0.01, batch 128, ")
    assert " ".join(head.split()) == "seed articles' % CPU s ours % CPU s ratio"
    assert [line.split()[0] for line in table] == ["0", "1", "mean"]
    seeds = np.array([line.split()[1:] for line in table], float)
    np.testing.assert_allclose(seeds[:2, :4].mean(0), seeds[2, :4], atol=0.051)
    assert re.match(r"To answer the test took [\d.]+ and [\d.]+ CPU seconds\.$", test)
    assert verdict.startswith("Goals at the mean: 99.3 % ")


def test_without_mnist_a_sentence_says_how_to_get_it(tmp_path, capsys):
    report.main(["--only", "mnist", "--mnist", str(tmp_path)])
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith(
        "mnist: left out; make bench MNIST=folder says where its files are. data.mnist: "
        f"{tmp_path} holds no such files: "
    )
    assert "mnist(download=True)" in line


def test_a_broken_folder_stops_nothing(tmp_path, capsys):
    (tmp_path / "mnist.npz").write_text("not an archive")
    report.main(["--only", "mnist", "--mnist", str(tmp_path)])
    assert "mnist: left out; " in capsys.readouterr().out


def test_our_recipe_learns_and_is_tested_on_other_images(folder):
    images, unseen = (mnist.data.mnist(part, folder) for part in ("train", "test"))
    model, seconds = mnist.learn(lp, replace(mnist.OURS, epochs=8), images, 0)
    assert seconds > 0
    before = {k: t.numpy().copy() for k, t in model.state_dict().items()}
    right, seconds = mnist.accuracy(lp, model.train(), mnist.OURS, unseen, batch=7)
    assert right == 1.0
    assert seconds > 0
    for key, t in model.state_dict().items():  # the running statistics too
        np.testing.assert_array_equal(t.numpy(), before[key], err_msg=key)
    wrong = replace(unseen, y=(unseen.y + (np.arange(30) < 6)) % 10)  # 6 of 30
    assert mnist.accuracy(lp, model, mnist.OURS, wrong, batch=7)[0] == 0.8


def test_the_test_averages_the_shares_over_five_places():
    x = np.arange(2 * 28 * 28, dtype=np.float32).reshape(2, 28, 28)
    seen = []

    def model(image):
        seen.append(image.numpy())
        return lp.zeros(len(image), 10)

    *_, last = mnist.looks(lp, model, mnist.OURS, x, np.array([1]))
    np.testing.assert_allclose(last.numpy(), 0.1, rtol=1e-6)
    corners = [divmod(int(image[0, 0, 0, 0]) - 28 * 28, 28) for image in seen]
    assert corners == [(2, 2), (1, 2), (3, 2), (2, 1), (2, 3)]


def test_our_network_has_33914_parameters():
    # 25 * 16 + 9 * 16 * 32 + 9 * 32 * 64, batch norm 2 (16 + 32 + 64), (64 * 16 + 1) 10
    sizes = [p.numel() for p in mnist.early_pooling(lp.nn).parameters()]
    assert sum(sizes) == 400 + 4608 + 18432 + 224 + 10250 == 33914


def test_a_square_is_cut_out_from_its_row_and_column():
    x = np.arange(2 * 4 * 5, dtype=np.float32).reshape(2, 4, 5)
    found = mnist.cut(x, np.array([1, 0]), np.array([0, 2]), np.array([3, 1]), side=2)
    assert found.tolist() == [[[[23, 24], [28, 29]]], [[[11, 12], [16, 17]]]]


def test_each_image_comes_once_an_epoch_cut_out_near_its_middle(folder):
    images = mnist.data.mnist("train", folder)
    corner = np.arange(28 * 28, dtype=np.float32).reshape(28, 28)
    images = replace(images, x=corner + 1000 * np.arange(130, dtype="f")[:, None, None])
    batches = mnist.Batches(lp, images, mnist.OURS, seed=0)
    first, second = ([x.numpy() for x, _ in batches] for _ in range(2))
    assert [x.shape for x in first] == [(128, 1, 24, 24), (2, 1, 24, 24)]
    first, second = np.concatenate(first), np.concatenate(second)
    which, place = np.divmod(first[:, 0, 0, 0], 1000)
    assert sorted(which) == list(range(130))
    places = {divmod(int(p), 28) for p in place}
    assert places == {(r, c) for r in (1, 2, 3) for c in (1, 2, 3)}
    down_and_across = first[:, 0, [1, 0], [0, 1]] - first[:, 0, :1, 0]
    assert (down_and_across == [28, 1]).all()
    assert (first != second).any()


def test_seeds_take_turns_in_going_first(monkeypatch):
    began = []
    monkeypatch.setattr(
        mnist, "learn", lambda lib, recipe, *_: (began.append(recipe), (None, 1.0))[1]
    )
    monkeypatch.setattr(mnist, "accuracy", lambda *_: (0.5, 2.0))
    assert mnist.both(lp, None, None, seed=0) == (0.5, 1.0, 2.0) * 2
    mnist.both(lp, None, None, seed=1)
    assert began == [mnist.ARTICLES, mnist.OURS, mnist.OURS, mnist.ARTICLES]


def test_the_verdict_names_what_was_missed():
    assert mnist.verdict((0.99, 90.0, 1.0, 0.993, 30.0, 2.0)) == (
        "Goals at the mean: 99.3 % reached; at most 0.333 of the articles' time reached."
    )
    assert mnist.verdict((0.99, 90.0, 1.0, 0.9929, 31.0, 2.0)) == (
        "Goals at the mean: 99.3 % missed; at most 0.333 of the articles' time missed."
    )
