"""IDX, the file format of MNIST: a header that tells type and sizes, then the numbers.

byte 0, 1 : 0
byte 2    : the type of the numbers, 8 for whole numbers from 0 to 255
byte 3    : how many axes
then      : the size of each axis, four bytes each, the highest first; then the numbers
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
GZIP = b"\x1f\x8b"  # how a compressed file begins, whatever its name


def read_idx(path):
    """Return the array in an IDX file, compressed by gzip or not.

    Raises FileNotFoundError if there is none, ValueError for what is no whole IDX file.
    Source: the format is described beside the MNIST database of LeCun, Cortes and Burges.
    """
    path = Path(path)
    content = _content(path)
    dtype, shape, start = _header(path, content)
    expected = math.prod(shape) * dtype.itemsize
    if len(content) - start != expected:
        raise _broken(
            path,
            f"its header announces shape {shape}, {expected} bytes, but "
            f"{len(content) - start} follow",
        )
    numbers = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="))


def _content(path):
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _broken(path, f"it cannot be unpacked ({error})") from None


def _header(path, content):
    """Return the dtype, the shape, and where the numbers start."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise _broken(
            path,
            f"it begins with {content[:4].hex(' ') or 'nothing'}, and an IDX file with "
            "00 00, a type and the number of axes",
        )
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise _broken(path, f"it ends inside its header of {start} bytes")
    shape = struct.unpack(f">{n_axes}I", content[4:start])
    return np.dtype(TYPES[content[2]]), shape, start


def _broken(path, what):
    return ValueError(
        f"data.read_idx: {path} is no whole IDX file: {what}. "
        "Delete it, and fetch or copy it again."
    )
