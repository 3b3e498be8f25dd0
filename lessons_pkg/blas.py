"""Let NumPy use the whole processor in its matrix products.

OpenBLAS, NumPy's library for them, picks its kernels by the model of the processor. On a
model newer than itself it falls back on kernels without AVX-512, though the processor may
have it: version 0.3.31, in NumPy 2.4, does so on AMD's Zen 5. The variable
OPENBLAS_CORETYPE names the kernels to take, if it is set before NumPy is loaded.

The gain there, in the table of `make bench`: the time over PyTorch's falls from 2.1 to 1.5
for a convolution, and from 1.3 to 0.95 in the geometric mean.
"""

import os
import sys
from pathlib import Path

AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}
VARIABLE = "OPENBLAS_CORETYPE"


def choose_kernels(cpuinfo="/proc/cpuinfo", environment=os.environ, loaded=sys.modules):
    """Name OpenBLAS's kernels for AVX-512 on an AMD processor that has it.

    What the user has set stays. Where there is no `cpuinfo`, which is Linux's description
    of the processors, or NumPy is among the modules loaded already, nothing is done.
    """
    if VARIABLE in environment or "numpy" in loaded:
        return
    try:
        processor = Path(cpuinfo).read_text().partition("\n\n")[0]
    except OSError:
        return
    if "AuthenticAMD" in processor and set(processor.split()) >= AVX512:
        environment[VARIABLE] = "SkylakeX"  # Intel's first with AVX-512
