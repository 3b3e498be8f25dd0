"""The built site, opened from a file in Chromium: `make book`, then `make test-site`."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pages() -> list[str]:
    """List the site's pages for people; index.html only sends the reader on."""
    found = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
    return [p for p in found if not p.startswith("_static/") and p != "index.html"]


def pytest_generate_tests(metafunc):
    """Run a test that asks for `name` once a page."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", pages())


@pytest.fixture(scope="session")
def page_names() -> list[str]:
    return pages()


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("Chromium is missing. Debian and Ubuntu: apt install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("There is no site to look at. Run `make book` first.")
    return SITE


@pytest.fixture
def open_page(browser, site):
    """Open a page of the site and note every request that leaves it, and every error."""
    contexts = []

    def open_(name, width=1280, mode="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=mode
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # milliseconds: two pages open at a time
        page = context.new_page()
        page.left, page.errors = [], []
        page.on("request", lambda r: note_request(page, r.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))
        page.goto(name if "://" in name else (site / name).as_uri())
        page.wait_for_load_state("load")
        return page

    yield open_
    for context in contexts:
        context.close()


def note_request(page, address):
    if not address.startswith(("file:", "data:", "blob:", "http://127.0.0.1")):
        page.left.append(address)
