"""Answers run guarded: they end, and leave nothing behind."""

import _thread
import builtins
import os
import random
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from lessons_pkg.exercises.checker.guard import LONGEST_PRINT, guarded
from tests.exercises.samples import RELU, sample


def running():
    return [t for t in threading.enumerate() if t.name == "answer"]


def hang():
    while True:
        pass


def stubborn():
    while True:
        try:
            hang()
        except:  # noqa: E722
            continue


# Python 3.12 counts the end of the loop to the `try`, so that nothing gets out.
NOT_ON_312 = pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="see guard._stop"
)


@pytest.mark.parametrize("work", [hang, pytest.param(stubborn, marks=NOT_ON_312)])
def test_late_work_is_stopped(work):
    start = time.monotonic()
    run = guarded(work, 0.2)
    assert run.timed_out
    assert not run.still_running
    assert time.monotonic() - start < 5
    assert running() == []


def test_work_that_cannot_be_stopped_is_left_and_said_so():
    verdict = sample(seconds=0.1).check(lambda z: time.sleep(2.5))
    assert "still runs: restart the kernel" in verdict.message
    for thread in running():  # once back from its sleep it dies
        thread.join(10)
    assert running() == []


def test_an_interrupt_reaches_whoever_waits():
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        RELU.check(lambda z: hang())
    assert time.monotonic() - start < 0.9
    assert running() == []
    timer.join()


def test_streams_and_functions_are_put_back(capsys):
    before = sys.stdout, sys.stderr, sys.stdin, builtins.input, sys.breakpointhook
    run = guarded(lambda: print("out") or print("err", file=sys.stderr), 1)
    assert run.printed == "out\nerr\n"
    after = sys.stdout, sys.stderr, sys.stdin, builtins.input, sys.breakpointhook
    assert after == before
    assert capsys.readouterr().out == ""


def test_what_is_printed_is_cut_short():
    assert len(guarded(lambda: print("again " * 1000), 1).printed) == LONGEST_PRINT


def test_breakpoints_and_stdin_do_not_wait():
    assert "InputAsked" in repr(guarded(lambda: breakpoint(), 1).error)
    assert guarded(lambda: sys.stdin.read(), 1).result == ""


def test_warnings_do_not_leak():
    def noisy(z):
        warnings.warn("beware", DeprecationWarning, stacklevel=1)
        return np.maximum(z, 0) + 0 * np.log(np.abs(z) - np.abs(z) + 1)

    assert RELU.check(noisy).status == "correct"  # warnings are errors in these tests


def test_random_states_do_not_leak():
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    want = np.random.random(), random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    seen = []

    def seeds(z):
        seen.append((np.random.random(), random.random()))  # noqa: NPY002
        np.random.seed(9)  # noqa: NPY002
        random.seed(9)
        return np.maximum(z, 0)

    assert RELU.check(seeds).status == "correct"
    assert len(seen) == 3
    assert len(set(seen)) == 1  # each case starts from the same state
    assert (np.random.random(), random.random()) == want  # noqa: NPY002


def test_torch_random_state_does_not_leak():
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    want = torch.rand(3)
    torch.manual_seed(5)
    RELU.check(lambda z: torch.rand(3))
    assert torch.equal(torch.rand(3), want)


def test_folder_environment_and_recursion_limit_are_put_back(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONS_TEST", "before")
    before = os.getcwd(), dict(os.environ), sys.getrecursionlimit()

    def changes():
        os.chdir(tmp_path)
        os.environ.update(LESSONS_TEST="after", LESSONS_NEW="new")
        sys.setrecursionlimit(5000)
        return True

    assert guarded(changes, 1).result
    assert (os.getcwd(), dict(os.environ), sys.getrecursionlimit()) == before


def test_a_closed_stream_is_survived():
    run = guarded(lambda: print("kept") or sys.stdout.close(), 1)
    assert run.printed == "kept\n"


def test_error_settings_do_not_leak():
    seen = []

    def sets(z):
        seen.append(np.geterr()["over"])
        np.seterr(all="raise")
        return np.maximum(z, 0)

    before = np.geterr()
    assert RELU.check(sets).status == "correct"
    assert seen == ["warn"] * 3
    assert np.geterr() == before


def test_arguments_are_fresh_for_each_call():
    case = RELU.cases[0]
    kept = case.args[0].copy()

    def spoils(z):
        z *= 0
        return z

    RELU.check(spoils)
    np.testing.assert_array_equal(case.args[0], kept)
