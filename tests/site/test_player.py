"""The player in a browser: on its own page, as it stands in a chapter."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from lessons_pkg.plots import animate

WIDE, PHONE = 900, 390
PAGE = """<!doctype html>
<html lang="en" data-theme="{mode}"><head><title>Players</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 16px; font: 16px/1.5 sans-serif; }}
html[data-theme="dark"] {{ background: #14181e; color: #ced6dd; }}
</style></head>
<body><main><h1>Players</h1>{players}</main></body></html>
"""


def draw(ax, i):
    """Draw a line that is higher in each frame."""
    ax.plot([0, 1], [i, i])
    ax.set_ylim(0, 5)


@pytest.fixture(scope="session")
def html():
    """Return the HTML of a player of five frames, quick enough for a test."""
    return animate(
        draw,
        5,
        alt="A line rises.",
        caption="It is higher in each step, and this caption is long enough to wrap.",
        frame_caption=lambda i: f"height {i}, which is so much text that a phone wraps",
        interval_ms=200,
    )._repr_html_()


@pytest.fixture
def open_players(browser, tmp_path, html):
    """Open a page with n equal players from a file."""
    contexts = []

    def open_(n=1, width=WIDE, mode="light", **settings):
        file = tmp_path / "players.html"
        text = PAGE.format(mode=mode, players=n * html)
        file.write_text(text, encoding="utf-8")
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, **settings)
        contexts.append(context)
        page = context.new_page()
        page.requests, page.errors = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


STATE = """n => {
    const figure = document.querySelectorAll(".lesson-player")[n];
    const slider = figure.querySelector("input");
    return [slider.value, slider.getAttribute("aria-valuetext"),
            figure.querySelector("img").alt.replace("A line rises. ", ""),
            figure.querySelector(".lesson-step").textContent];
}"""


def state(page, n=0):
    """Return the step shown: slider, its text, alt text and line must agree on it."""
    value, *texts = page.evaluate(STATE, n)  # at one moment, though it may play
    places = {text.removeprefix("Step ").split(" of 5: height ")[0] for text in texts}
    assert places == {value}
    return int(value)


def source(page, n=0):
    return page.locator(".lesson-player img").nth(n).get_attribute("src")


def button(page, name, n=0):
    figure = page.locator(".lesson-player").nth(n)
    return figure.get_by_role("button", name=name)


def wait_for_step(page, step, n=0):
    page.wait_for_function(
        "([n, v]) => document.querySelectorAll('.lesson-player input')[n].value == v",
        arg=[n, step],
        timeout=5_000,
    )


def test_nothing_moves_until_it_is_asked_to(open_players):
    page = open_players()
    still = source(page)
    page.wait_for_timeout(700)
    assert (state(page), source(page)) == (1, still)


def test_the_slider_moves_the_frame(open_players):
    page = open_players()
    sources = []
    for step in (1, 3, 5, 1):
        page.locator("input").fill(str(step))
        assert state(page) == step
        sources.append(source(page))
    assert len(set(sources)) == 3
    assert sources[0] == sources[3]


def test_the_buttons_step_and_stop_at_the_ends(open_players):
    page = open_players()
    assert button(page, "Previous step").get_attribute("aria-disabled") == "true"
    button(page, "Previous step").click(force=True)
    assert state(page) == 1
    for step in (2, 3, 4, 5, 5):
        button(page, "Next step").click(force=True)
        assert state(page) == step
    assert button(page, "Next step").get_attribute("aria-disabled") == "true"
    button(page, "Previous step").click()
    assert state(page) == 4


def test_the_keyboard_alone_is_enough(open_players):
    page = open_players()
    for name in ("Previous step", "Play", "Next step", "Step of the animation"):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == name
    for key, step in (("ArrowRight", 2), ("ArrowUp", 3), ("ArrowLeft", 2)):
        page.keyboard.press(key)
        assert state(page) == step
    page.keyboard.press("End")
    assert state(page) == 5
    page.keyboard.press("Home")
    assert state(page) == 1
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert state(page) == 2


def test_focus_can_be_seen(open_players):
    page = open_players()
    for _ in range(4):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{style}.outlineStyle") == "solid"
        assert page.evaluate(f"{style}.outlineWidth") == "3px"


def test_play_runs_to_the_end_and_stops_there(open_players):
    page = open_players()
    button(page, "Play").click()
    assert button(page, "Pause").count() == 1
    wait_for_step(page, 5)
    page.wait_for_timeout(500)
    assert state(page) == 5
    button(page, "Play").click()  # from the end it begins anew
    assert state(page) < 5


def test_pause_stops_and_so_does_a_step(open_players):
    page = open_players()
    for stop in ("Pause", "Next step"):
        page.locator("input").fill("1")
        button(page, "Play").click()
        wait_for_step(page, 2)
        button(page, stop).click()
        stopped = state(page)
        page.wait_for_timeout(600)
        assert state(page) == stopped
        assert button(page, "Play").count() == 1


def test_a_reader_of_the_screen_hears_steps_but_not_a_running_animation(open_players):
    page = open_players()
    line = page.locator(".lesson-step")
    button(page, "Next step").click()
    assert line.get_attribute("aria-live") == "polite"
    button(page, "Play").click()
    wait_for_step(page, 3)
    assert line.get_attribute("aria-live") == "off"


def test_equal_players_on_a_page_are_independent(open_players):
    page = open_players(n=3)
    button(page, "Next step", n=1).click()
    assert [state(page, n) for n in range(3)] == [1, 2, 1]
    button(page, "Play", n=2).click()
    wait_for_step(page, 5, n=2)
    assert [state(page, n) for n in range(3)] == [1, 2, 5]
    assert page.errors == []


def test_a_player_put_on_the_page_later_starts_too(open_players, html):
    """JupyterLab sets the HTML of an output and then runs its scripts anew."""
    page = open_players()
    button(page, "Next step").click()
    page.evaluate(
        """html => {
            const output = document.createElement("div");
            output.innerHTML = html;
            for (const old of output.querySelectorAll("script")) {
                const script = document.createElement("script");
                if (old.type) script.type = old.type;
                script.textContent = old.textContent;
                old.replaceWith(script);
            }
            document.querySelector("main").append(output);
        }""",
        html,
    )
    button(page, "Next step", n=1).click()
    button(page, "Next step", n=1).click()
    assert [state(page, n) for n in range(2)] == [2, 3]
    assert page.errors == []


@pytest.mark.parametrize("width", [PHONE, 320])
def test_a_phone_never_scrolls_sideways_and_fingers_hit(open_players, width):
    page = open_players(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in page.locator("button, input").all():
        size = box.bounding_box()
        assert min(size["width"], size["height"]) >= 44
        assert size["x"] >= 0
        assert size["x"] + size["width"] <= width


def test_the_controls_stay_in_place_while_it_plays(open_players):
    page = open_players(width=PHONE)
    before = button(page, "Next step").bounding_box()
    page.locator("input").fill("5")
    assert button(page, "Next step").bounding_box() == before


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_no_finding_of_axe(open_players, width, mode):
    page = open_players(n=2, width=width, mode=mode)
    button(page, "Next step").click()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_controls_take_the_colour_of_the_page(open_players, mode):
    page = open_players(mode=mode)
    text = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    for part in ("button", "input", "svg"):
        assert page.evaluate(
            f"getComputedStyle(document.querySelector('.lesson-player {part}')).color"
        ) == text  # fmt: skip


def test_a_player_that_lost_its_frames_does_no_harm_to_the_others(open_players):
    """JupyterLab strips scripts and data from outputs it does not trust."""
    page = open_players(n=2)
    player = "document.querySelectorAll('.lesson-player')"
    script = page.evaluate(f"{player}[0].querySelector('script').textContent")
    page.evaluate(f"{player}[0].removeAttribute('data-player')")
    page.evaluate(f"{player}.forEach(figure => figure.lessonPlayer = false)")
    page.evaluate(script)
    button(page, "Next step", n=1).click()
    assert state(page, 1) == 2
    assert page.locator(".lesson-controls").count() == 2
    assert page.errors == []


def test_without_a_script_the_still_remains_and_no_control_shows(open_players):
    page = open_players(java_script_enabled=False)
    assert page.locator("img").is_visible()
    assert page.locator("figcaption").is_visible()
    assert page.locator(".lesson-step").is_visible()
    assert page.locator("button, input").count() == 0


def test_nothing_is_asked_of_any_host(open_players):
    page = open_players()
    button(page, "Next step").click()
    schemes = {address.partition(":")[0] for address in page.requests}
    assert schemes <= {"file", "data"}
