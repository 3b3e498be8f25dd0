"""`python -m benchmarks --only c,d`: one thread for each engine, set before NumPy loads."""

import os

for name in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "VECLIB_MAXIMUM"):
    os.environ[f"{name}_THREADS"] = "1"

import lessons_pkg  # noqa: E402, F401  first: it chooses NumPy's kernels
from benchmarks.report import main  # noqa: E402  NumPy reads the number as it loads

main()
