"""Whether operations are recorded: the switch that no_grad turns."""

import threading
from contextlib import ContextDecorator

_thread = threading.local()  # each thread has its own switch, as in torch


def is_grad_enabled():
    """Say whether operations are being recorded."""
    return getattr(_thread, "recording", True)


class _Recording(ContextDecorator):
    """Switch recording on or off in a `with` block, or in a decorated function."""

    def __init__(self):
        self.before = []

    def __enter__(self):
        self.before.append(is_grad_enabled())
        _thread.recording = self.mode

    def __exit__(self, *error):
        _thread.recording = self.before.pop()


class no_grad(_Recording):
    """Record nothing: what is computed inside has no history."""

    mode = False


class enable_grad(_Recording):
    """Record again, inside a `no_grad` block."""

    mode = True
