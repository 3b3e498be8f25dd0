"""Run work that may crash, hang, print or ask for input, and always come back.

The work runs in a daemon thread with a time limit: that serves Windows, macOS and a
Jupyter kernel alike, where alarm signals do not. A thread that is late gets an
exception sent into it until it dies. One call into C that neither returns nor lets
other threads run, such as `sum(range(10**12))`, is beyond the reach of a thread.
"""

import builtins
import contextlib
import ctypes
import functools
import io
import os
import random
import sys
import threading
import time
import warnings
from dataclasses import dataclass

import numpy as np

from .show import running_shell

POLL = 0.05  # seconds; short waits let Ctrl-C through on Windows too
PATIENCE = 1.0  # seconds that a late thread is given to die
LONGEST_PRINT = 2000  # characters kept of what was printed


class Stopped(BaseException):
    """Sent into a thread that is late."""


class InputAsked(Exception):
    """Raised where an answer calls input()."""


@dataclass
class Run:
    """What came of guarded work."""

    result: object = None
    error: BaseException | None = None
    ended: bool = False
    timed_out: bool = False
    still_running: bool = False
    printed: str = ""
    warned: str = ""


def guarded(work, seconds):
    """Call work() within `seconds`; return a Run, whatever happens.

    What it prints and the first numerical warning are kept in the Run. The global
    random states of NumPy, Python and torch, the recursion limit, the folder and the
    environment are put back. Ctrl-C stops the work.
    """
    run = Run()

    def body():
        take_back = functools.partial(_send, threading.get_ident(), NOTHING)
        try:
            run.result = work()
        except Stopped:
            take_back()  # the next one may be under way
        except BaseException as error:
            run.error = error
        finally:
            run.ended = True

    thread = threading.Thread(target=body, daemon=True, name="answer")
    with _quiet(run), _kept_random_states(), _kept_process():
        thread.start()
        try:
            run.timed_out = not _ends_within(seconds, thread)
        finally:
            run.still_running = not _stop(thread, run)
    return run


def _ends_within(seconds, thread):
    deadline = time.monotonic() + seconds
    while thread.is_alive() and (left := deadline - time.monotonic()) > 0:
        thread.join(min(POLL, left))
    return not thread.is_alive()


# Our own handle, by [], so that nobody else's use of this function changes.
_send = ctypes.pythonapi["PyThreadState_SetAsyncExc"]
_send.argtypes, _send.restype = (ctypes.c_ulong, ctypes.py_object), None
NOTHING = ctypes.py_object()


def _stop(thread, run):
    """Send Stopped into the thread until it dies; return whether it did.

    `while True: try: ... except: ...` swallows an exception sent into its `try`. So the
    one that is sent sends itself again as it is made, which is when it is swallowed: the
    next arrives outside the `try`. (All of it in C: Python code would be hit itself.)
    Python 3.12 counts the end of such a loop to the `try`, and lets it run on.
    """
    again = type("Stopped", (Stopped,), {})
    again.__init__ = staticmethod(functools.partial(_send, thread.ident, again))
    deadline = time.monotonic() + PATIENCE
    while not run.ended and time.monotonic() < deadline:
        _send(thread.ident, again)
        thread.join(POLL)
    del again.__init__
    return run.ended


@contextlib.contextmanager
def _quiet(run):
    """Keep prints and warnings in the run; refuse input."""
    tape = _Tape()
    with (
        contextlib.redirect_stdout(tape),
        contextlib.redirect_stderr(tape),
        _swapped(sys, "stdin", io.StringIO()),
        _swapped(builtins, "input", _refuse_input),
        _swapped(sys, "breakpointhook", _refuse_input),
        _no_exit(),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("default")
        yield
    run.printed = tape.getvalue()
    run.warned = next(filter(None, map(_numerical, caught)), "")


def _numerical(warning):
    """The text of a warning as NumPy gives it, or nothing."""
    is_one = type(warning.message) is RuntimeWarning
    text = warning.message.args[0] if is_one and warning.message.args else ""
    return text if type(text) is str else ""


class _Tape(io.StringIO):
    """Text that stops growing: an endless loop may print for seconds."""

    def write(self, text):
        super().write(text[: max(0, LONGEST_PRINT - self.tell())])
        return len(text)

    def close(self):
        """Stay open: an answer may close sys.stdout."""


def _refuse_input(*args, **kwargs):
    raise InputAsked


def _no_exit():
    """Keep the notebook's own `exit()`, which ends the kernel, from doing so."""
    shell = running_shell()
    return _swapped(shell, "ask_exit", sys.exit) if shell else contextlib.nullcontext()


@contextlib.contextmanager
def _swapped(owner, name, value):
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def _kept_random_states():
    torch = _torch_generator()
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    before_torch = torch and torch.get_state()
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002
        if torch:
            torch.set_state(before_torch)


@contextlib.contextmanager
def _kept_process():
    limit, folder, environment = sys.getrecursionlimit(), os.getcwd(), dict(os.environ)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        os.chdir(folder)
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)


def seed_everything():
    """Start each case from the same global random state, in every generator loaded."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (answers may use it)
    if torch := _torch_generator():
        torch.manual_seed(0)


def _torch_generator():
    """The global generator of torch, where it is loaded; nothing here imports it."""
    return getattr(sys.modules.get("torch"), "default_generator", None)
