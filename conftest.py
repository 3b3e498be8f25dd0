"""Settings that every test shares."""

import os

# One thread each: the tests run side by side, and PyTorch is slower with two on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest_plugins = ["nbval_cache"]
