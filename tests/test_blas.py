"""OpenBLAS's kernels are named only where that is safe and can still take effect."""

import subprocess
import sys

import pytest

from lessons_pkg.blas import VARIABLE, choose_kernels

FLAGS = "avx2 avx512f avx512dq avx512cd avx512bw avx512vl"


@pytest.fixture
def cpuinfo(tmp_path):
    def write(vendor="AuthenticAMD", flags=FLAGS):
        file = tmp_path / "cpuinfo"
        one = f"processor : 0\nvendor_id : {vendor}\nflags : {flags}\n\n"
        file.write_text(one + one.replace("0", "1"))
        return file

    return write


def test_amd_with_avx512(cpuinfo):
    environment = {}
    choose_kernels(cpuinfo(), environment, loaded={})
    assert environment == {VARIABLE: "SkylakeX"}


@pytest.mark.parametrize(
    "machine",
    [
        {"vendor": "GenuineIntel"},
        {"flags": "avx2"},
        {"flags": FLAGS.replace("avx512vl", "")},  # one missing would be one crash
    ],
)
def test_other_processors_are_left_alone(cpuinfo, machine):
    environment = {}
    choose_kernels(cpuinfo(**machine), environment, loaded={})
    assert environment == {}


def test_what_the_user_set_stays(cpuinfo):
    environment = {VARIABLE: "Haswell"}
    choose_kernels(cpuinfo(), environment, loaded={})
    assert environment == {VARIABLE: "Haswell"}


def test_nothing_is_claimed_after_numpy_was_loaded(cpuinfo):
    environment = {}
    choose_kernels(cpuinfo(), environment, loaded={"numpy": None})
    assert environment == {}


def test_without_cpuinfo(tmp_path):
    environment = {}
    choose_kernels(tmp_path / "none", environment, loaded={})
    assert environment == {}


def test_the_package_chooses_before_it_loads_numpy():
    code = (
        "import lessons_pkg, sys; names = list(sys.modules); "
        "assert names.index('lessons_pkg.blas') < names.index('numpy')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
