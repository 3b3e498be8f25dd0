"""Check that a notebook executes: the whole way that a chapter goes, in small."""

import asyncio
import atexit
import tempfile
import time
import warnings
from pathlib import Path

from lessons_pkg.doctor import mend
from lessons_pkg.doctor.result import FAILED, OK, Result

SECONDS = 60
# Each cell with the package to install anew when it fails. Versions are what the
# installer wrote down; only an import finds a package that is there and broken.
CELLS = (
    ("numpy", "import numpy as np"),
    ("matplotlib", "import matplotlib.pyplot"),
    ("scikit-learn", "import sklearn.linear_model"),
    ("torch", "import torch"),
    ("lessons_pkg", "from lessons_pkg.ops.matmul import linear"),
    (
        "lessons_pkg",
        "x, weight, bias = np.array([3.0, 4.0]), np.array([[2.0, -1.0]]), np.ones(1)\n"
        "z, _ = linear(x, weight, bias)  # 2 * 3 - 1 * 4 + 1\n"
        "print(z.item())",
    ),
)
ANSWER = "3.0"


def check_notebook():
    """A notebook with one neuron runs in a minute and computes what it should."""
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    notebook = _notebook()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "kernel.log"
        try:
            _execute(notebook, folder, log)
        except CellExecutionError as error:
            return _failed_cell(notebook, error)
        except TimeoutError:
            return _too_slow()
        except DeadKernelError:
            return _dead_kernel(log)
        except RuntimeError as error:  # how jupyter_client reports a failed start
            return _dead_kernel(log) if "died" in str(error) else _too_slow()
    printed = _printed(notebook)
    if printed != ANSWER:
        detail = f"one neuron gave {printed or 'nothing'}, not {ANSWER}"
        return Result("notebook", FAILED, detail, mend.install_course())
    seconds = time.perf_counter() - start
    return Result("notebook", OK, f"ran and computed one neuron in {seconds:.0f} s")


def _notebook():
    from nbformat.v4 import new_code_cell, new_notebook

    return new_notebook(cells=[new_code_cell(source) for _, source in CELLS])


def _execute(notebook, folder, log):
    """Run all cells in the temporary folder; the time limit is for the whole."""
    from nbclient import NotebookClient

    end = time.monotonic() + SECONDS
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        startup_timeout=SECONDS,
        timeout_func=lambda cell: max(0.1, end - time.monotonic()),
        resources={"metadata": {"path": folder}},
    )
    with open(log, "wb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of event loops are not the reader's
        try:
            asyncio.run(client.async_execute(stdout=stream, stderr=stream))
        finally:
            # After a failed start nbclient leaves this behind, to complain at the exit.
            atexit.unregister(getattr(client, "_cleanup_kernel", None))


def _printed(notebook):
    outputs = notebook.cells[-1].outputs
    return "".join(output.get("text", "") for output in outputs).strip()


def _failed_cell(notebook, error):
    cells = zip(CELLS, notebook.cells, strict=True)
    package = next(
        name
        for (name, _), cell in cells
        if any(output.output_type == "error" for output in cell.outputs)
    )
    reason = (error.evalue.strip().splitlines() or ["no reason given"])[0]
    detail = f"the cell that needs {package} failed: {error.ename}: {reason}"
    own = package == "lessons_pkg"
    command = mend.install_course() if own else mend.reinstall(package)
    return Result("notebook", FAILED, detail, command)


def _dead_kernel(log):
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    reason = f": {lines[-1]}" if lines else ""
    detail = f"the kernel died{reason}"
    return Result("notebook", FAILED, detail, mend.reinstall("ipykernel"))


def _too_slow():
    detail = f"did not finish in {SECONDS} s: close programs; this lists the largest"
    return Result("notebook", FAILED, detail, mend.list_memory_users())
