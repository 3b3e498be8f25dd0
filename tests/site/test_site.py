"""What a reader meets: each page, wide and narrow, in light and dark, without a network."""

import functools
import http.server
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe

WIDE, PHONE = 1280, 390
# What sticks out of the page to the right, unless it stands in a box of its own that scrolls.
# (The theme hides what sticks out, so the page's own width does not show it.)
CUT_OFF = """(width) => {
    const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    const inBox = e => e.closest("article") !== e && (scrolls(e) || inBox(e.parentElement));
    return [...document.querySelectorAll("article.bd-article *")]
        .filter(e => e.getBoundingClientRect().right > width + 1 && !inBox(e))
        .map(e => e.outerHTML.slice(0, 120));
}"""


def test_there_are_pages_to_look_at(page_names):
    assert {"book/index.html", "book/neurons.html", "search.html"} <= set(page_names)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_no_serious_finding_of_axe(open_page, name, width, mode):
    page = open_page(name, width, mode)
    page.wait_for_timeout(300)  # the theme moves its buttons about once
    found = Axe().run(page).response["violations"]
    serious = [
        f"{v['id']}: {v['help']}: {[n['html'][:200] for n in v['nodes']][:3]}"
        for v in found
        if v["impact"] in ("critical", "serious")
    ]
    assert serious == []


def test_axe_finds_a_picture_without_alt_text(open_page):
    page = open_page("book/index.html")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"x.png\">'")
    found = {v["id"] for v in Axe().run(page).response["violations"]}
    assert "image-alt" in found


def test_no_request_leaves_the_site_and_no_script_fails(open_page, name):
    page = open_page(name)
    page.wait_for_timeout(500)
    assert page.left == []
    assert page.errors == []


def test_a_phone_never_scrolls_sideways(open_page, name):
    page = open_page(name, PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(CUT_OFF, PHONE) == []


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_no_picture_is_distorted(open_page, name, width):
    page = open_page(name, width)
    page.wait_for_timeout(300)
    pulled = page.evaluate(
        """() => [...document.querySelectorAll("main img")].map(i =>
        (i.clientWidth / i.clientHeight) / (i.naturalWidth / i.naturalHeight))"""
    )
    assert all(0.97 < ratio < 1.03 for ratio in pulled)


def test_the_animation_of_a_chapter_moves(open_page):
    page = open_page("book/neurons.html")
    player = page.locator(".lesson-player").first
    picture, text = player.locator("img"), player.locator(".lesson-step")
    before = picture.get_attribute("src"), text.inner_text()
    player.locator("input[type=range]").press("ArrowLeft")
    assert picture.get_attribute("src") != before[0]
    assert text.inner_text() != before[1]


def test_math_is_set(open_page):
    page = open_page("book/neurons.html")
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-merror").count() == 0


def test_search_finds_a_word_from_a_file(open_page):
    page = open_page("search.html")
    page.goto(page.url + "?q=perceptron")
    page.wait_for_selector("#search-results li a")
    assert "Neurons" in page.locator("#search-results").inner_text()
    assert page.errors == []


def test_the_site_works_over_http_too(open_page, site):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        page = open_page(f"{root}/search.html?q=perceptron")
        page.wait_for_selector("#search-results li a")
        page.goto(f"{root}/book/neurons.html")
        page.wait_for_selector("mjx-container")
        assert page.left == []
        assert page.errors == []
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def test_every_link_inside_the_site_resolves(site, page_names):
    dead = []
    anchors = {name: Links(site / name) for name in page_names}
    for name, links in anchors.items():
        for address in links.addresses:
            path, anchor = urldefrag(address)
            target = (site / name).parent.joinpath(unquote(path)).resolve()
            target = target if path else (site / name).resolve()
            if not target.exists():
                dead.append(f"{name}: {address}")
            elif anchor and target.suffix == ".html":
                key = target.relative_to(site).as_posix()
                if key in anchors and unquote(anchor) not in anchors[key].ids:
                    dead.append(f"{name}: {address}")
    assert dead == []


def test_no_button_leads_nowhere(site, page_names):
    """Repository and launch buttons appear only once _config.yml has an address."""
    for name in page_names:
        text = (site / name).read_text("utf-8")
        for mark in ("executablebooks/jupyter-book", "mybinder.org", "colab.research"):
            assert mark not in text, f"{name} mentions {mark}"


class Links(HTMLParser):
    """The addresses a page links to inside the site, and its anchors."""

    def __init__(self, path: Path):
        super().__init__()
        self.addresses, self.ids = set(), set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if values.get("id"):
            self.ids.add(values["id"])
        if tag == "a" and values.get("name"):
            self.ids.add(values["name"])
        address = values.get("href") or values.get("src") or ""
        inside = not address.startswith(
            ("http:", "https:", "mailto:", "data:", "javascript:")
        )
        if (
            address
            and address != "#"
            and inside
            and tag in ("a", "img", "link", "script")
        ):
            self.addresses.add(address.split("?")[0] if "?" in address else address)
