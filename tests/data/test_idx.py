"""The IDX reader, on files written byte by byte."""

import gzip
import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.data.idx import read_idx

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(array):
    """The bytes of an IDX file, written down from the description of the format."""
    code = CODES[array.dtype.str[1:]]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def written(folder, content, name="some-idx"):
    path = folder / name
    path.write_bytes(content)
    return path


def refuses(path, what):
    sentence = (
        f"data.read_idx: {path} is no whole IDX file: {what}. Delete it, and fetch or "
        "copy it again."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_idx(path)


def test_by_hand(tmp_path):
    # Type 8, one byte each; two axes, of 2 and 3; then the six numbers, row by row.
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
    got = read_idx(written(tmp_path, content))
    np.testing.assert_array_equal(
        got, np.array([[1, 2, 3], [4, 5, 255]], np.uint8), strict=True
    )
    got += 1  # it is the caller's own
    # Type 12: four bytes, the highest first; -2 is ff ff ff fe.
    content = bytes([0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 1, 2, 255, 255, 255, 254])
    np.testing.assert_array_equal(read_idx(written(tmp_path, content)), [258, -2])


@pytest.mark.parametrize("dtype", CODES)
@given(shape=st.lists(st.integers(0, 5), max_size=4), packed=st.booleans())
def test_what_is_written_is_read(tmp_path_factory, dtype, shape, packed):
    folder = tmp_path_factory.mktemp("idx")
    numbers = np.random.default_rng(0).integers(-100, 100, shape).astype(dtype)
    content = gzip.compress(idx(numbers)) if packed else idx(numbers)
    # Packed or not is seen from the content: the name does not matter.
    got = read_idx(written(folder, content, "train.gz"))
    np.testing.assert_array_equal(got, numbers, strict=True)
    assert got.dtype.isnative
    assert read_idx(str(folder / "train.gz")).shape == got.shape


WHOLE = idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            b"",
            "it begins with nothing, and an IDX file with 00 00, a type and the number of "
            "axes",
        ),
        (
            b"<html>",
            "it begins with 3c 68 74 6d, and an IDX file with 00 00, a type and the number "
            "of axes",
        ),
        (
            b"\0\0\x0a\x01" + WHOLE[4:],
            "it begins with 00 00 0a 01, and an IDX file with 00 00, a type and the number "
            "of axes",
        ),
        (WHOLE[:10], "it ends inside its header of 16 bytes"),
        (
            WHOLE[:-1],
            "its header announces shape (2, 3, 4), 24 bytes, but 23 follow",
        ),
        (
            WHOLE + b"\0",
            "its header announces shape (2, 3, 4), 24 bytes, but 25 follow",
        ),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_broken_files(tmp_path, content, what, packed):
    content = gzip.compress(content) if packed else content
    refuses(written(tmp_path, content), what)


def test_sizes_that_are_far_too_large_are_only_a_wrong_number(tmp_path):
    content = b"\0\0\x08\x03" + b"\xff" * 12 + b"12345"
    with pytest.raises(ValueError, match="but 5 follow"):
        read_idx(written(tmp_path, content))


def test_broken_packing(tmp_path):
    packed = gzip.compress(WHOLE * 50)
    refuses(
        written(tmp_path, packed[:-9]),
        "it cannot be unpacked (Compressed file ended before the end-of-stream marker "
        "was reached)",
    )
    for at, wrong in [(3, 0xFF), (15, packed[15] ^ 0xFF), (len(packed) - 6, 0)]:
        spoiled = packed[:at] + bytes([wrong ^ 1]) + packed[at + 1 :]
        with pytest.raises(ValueError, match=r"is no whole IDX file: "):
            read_idx(written(tmp_path, spoiled))


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "none")
