"""The page in a browser: what opens, what lights up, and that nothing lies over anything else.

Needs the extra `browser` and a Chromium; without them these tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ganforge.show.picture import page
from ganforge.show.picture.model import Picture

sync = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

Draw = Callable[..., Picture]
Open = Callable[..., Any]

# The rectangles of boxes and labels, in the order of the page, as they are on the screen.
RECTANGLES = """() => [...document.querySelectorAll('#boxes .box, .label rect')].map((element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return { name: element.textContent || element.parentNode.textContent, left, top, right, bottom };
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any, draw: Draw, tmp_path: Path) -> Iterator[Open]:
    """`visit("dcgan")`: the page of a spec, which must ask for nothing and break nowhere."""
    wrong: list[str] = []
    tabs: list[Any] = []

    def open_page(spec: str, state: str = "", **options: Any) -> Any:
        file = tmp_path / "page.html"
        file.write_text(page(draw(spec)), "utf-8")
        size = {"width": 1440, "height": 860}
        tab = browser.new_page(viewport=size, reduced_motion="reduce", **options)
        tabs.append(tab)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("dialog", lambda dialog: wrong.append(dialog.message))
        tab.on("request", lambda asked: asked.url.startswith("file:") or wrong.append(asked.url))
        tab.goto(f"{file.as_uri()}{state}")
        return tab

    yield open_page
    for tab in tabs:
        tab.close()
    assert wrong == []


def shown(tab: Any, selector: str) -> list[str]:
    """The ids of the elements that a selector finds."""
    found: list[str] = tab.eval_on_selector_all(selector, "all => all.map(e => e.dataset.id)")
    return found


def overlaps(rectangles: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for k, a in enumerate(rectangles):
        for b in rectangles[:k]:
            wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
            high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            if wide > 1 and high > 1:
                found.append((a["name"], b["name"]))
    return found


@pytest.mark.parametrize("spec", ["cgan", "cyclegan", "infogan", "pix2pix", "wgan-gp"])
def test_no_box_or_label_lies_over_another(spec: str, visit: Open) -> None:
    tab = visit(spec)
    assert overlaps(tab.evaluate(RECTANGLES)) == []
    tab.click("#fold")
    assert len(shown(tab, "#boxes .open")) == len(shown(tab, "#boxes .network"))
    assert overlaps(tab.evaluate(RECTANGLES)) == []


def test_a_click_or_enter_opens_a_network_and_closes_it(visit: Open) -> None:
    tab = visit("dcgan")
    title = tab.locator("[data-id='net:G'] .title")
    title.click()
    rows = tab.locator("[data-id='net:G'] tbody tr")
    assert "conv-transpose kernel 4, stride 2 · batch-norm · relu" in rows.nth(3).inner_text()
    assert rows.nth(3).locator("td").all_inner_texts()[1:] == ["256 × 8 × 8", "2,097,664"]
    title.focus()
    tab.keyboard.press("Enter")
    assert title.get_attribute("aria-expanded") == "false"
    assert rows.count() == 0


def test_a_run_of_equal_layers_opens_into_one_of_them(visit: Open) -> None:
    tab = visit("cyclegan", "#open=net%3AG_ab%3A1")
    run = tab.locator("[data-id='net:G_ab:1'] .opener", has_text="residual")
    assert run.inner_text() == "× 9 residual"
    run.click()
    table = tab.locator("[data-id='net:G_ab:1'] table").inner_text()
    assert "x + prev" in table


def test_a_loss_shows_whom_it_moves_and_where_its_gradient_is_cut(visit: Open) -> None:
    tab = visit("wgan-gp")
    assert shown(tab, ".moved, .passed, .edge.stopped") == []
    tab.hover("[data-id='loss:penalty']")
    assert shown(tab, ".moved") == ["net:D"]
    assert len(shown(tab, ".edge.passed")) == len(shown(tab, ".edge.stopped")) == 1
    assert "net:G" in shown(tab, ".box.dim")
    tab.mouse.move(700, 120)
    assert shown(tab, ".moved") == []


def test_a_focused_loss_shows_the_same_and_enter_keeps_it(visit: Open) -> None:
    tab = visit("dcgan")
    loss = tab.locator("[data-id='loss:adversarial']")
    loss.focus()
    assert shown(tab, ".moved") == ["net:G", "net:D"]
    tab.keyboard.press("Enter")
    assert loss.get_attribute("aria-pressed") == "true"
    assert "Cut at fake → D: G is not moved here." in tab.inner_text("#panel .selected")
    tab.focus("#fit")
    assert shown(tab, ".moved") == ["net:G", "net:D"]
    tab.keyboard.press("Escape")
    assert shown(tab, ".moved") == []


def test_the_keyboard_comes_to_boxes_out_of_sight_and_nothing_scrolls(visit: Open) -> None:
    tab = visit("cyclegan")
    tab.click("[data-id='net:G_ab:1'] .title")
    losses = 0
    for _ in range(24):
        tab.keyboard.press("Tab")
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))")
        assert tab.evaluate("[canvas.scrollLeft, canvas.scrollTop]") == [0, 0]
        box, outer = (tab.locator(s).first.bounding_box() for s in (":focus", "#canvas"))
        if tab.evaluate("(document.activeElement.dataset.id ?? '').startsWith('loss:')"):
            losses += 1
            assert box["x"] >= outer["x"] and box["y"] >= outer["y"]
            assert box["x"] + box["width"] <= outer["x"] + outer["width"] + 1
            assert box["y"] + box["height"] <= outer["y"] + outer["height"] + 1
    assert losses == 6


def test_a_loss_is_chosen_in_the_panel_and_let_go_there(visit: Open) -> None:
    tab = visit("wgan-gp")
    tab.mouse.move(700, 120)
    link = tab.locator("#panel .links button", has_text="penalty")
    link.hover()
    assert shown(tab, ".moved") == ["net:D"]
    link.click()
    assert shown(tab, ".moved") == ["net:D"]
    tab.keyboard.press("Enter")  # the focus is where a selection is closed
    assert shown(tab, ".moved, .pinned") == []
    assert tab.evaluate("document.activeElement.id") == "aside"


def test_a_tab_shows_one_step_with_its_gradients(visit: Open) -> None:
    tab = visit("dcgan")
    tab.get_by_role("tab", name="critic step").click()
    assert shown(tab, ".moved") == ["net:D"]
    tab.keyboard.press("ArrowRight")
    selected = tab.get_by_role("tab", selected=True)
    assert selected.inner_text().lower() == "generator step"
    assert shown(tab, ".moved") == ["net:G"]
    assert shown(tab, ".passing") == ["net:D"]
    assert shown(tab, ".box.dim") == ["n0"]


def test_the_tab_of_a_level_shows_the_networks_of_that_level(visit: Open) -> None:
    tab = visit("progan")
    tab.click("[data-id='net:D'] .title")
    tab.get_by_role("tab", name="grow-2").click()
    assert "x 3 × 16 × 16" in tab.inner_text("[data-id='net:D'] thead")
    assert "1024" not in tab.inner_text("[data-id='net:D']") + tab.inner_text("[data-id='net:G']")
    assert "batch 128" in tab.inner_text("#panel")
    assert overlaps(tab.evaluate(RECTANGLES)) == []
    tab.get_by_role("tab", name="Whole").click()
    assert "x 3 × 1024 × 1024" in tab.inner_text("[data-id='net:D'] thead")
    tab.hover("[data-id='loss:penalty']")
    assert tab.inner_text("#said").count("penalty moves D") == 1


@pytest.mark.parametrize("spec", ["cyclegan", "progan"])
def test_the_bar_takes_one_row_also_with_a_tab_for_each_of_nine_levels(
    spec: str, visit: Open
) -> None:
    one_row = visit("dcgan").locator(".bar").bounding_box()["height"]
    tab = visit(spec)
    for width in (1440, 1400, 1280, 1000):
        tab.set_viewport_size({"width": width, "height": 860})
        assert tab.locator(".bar").bounding_box()["height"] == one_row
        tools = tab.locator(".tools").bounding_box()
        assert tools["x"] + tools["width"] <= width
        parts = [tab.locator(part).bounding_box() for part in (".heading", ".tabs", ".tools")]
        assert all(a["x"] + a["width"] <= b["x"] for a, b in pairwise(parts))


def test_tabs_that_have_no_room_are_scrolled_and_the_chosen_one_is_seen(visit: Open) -> None:
    tab = visit("progan")
    assert "after" not in tab.get_attribute("#tabs", "class").split()
    tab.set_viewport_size({"width": 1000, "height": 860})
    tab.wait_for_selector("#tabs.after:not(.before)")
    tab.get_by_role("tab", name="Whole").focus()
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_selector("#tabs.before:not(.after)")
    strip, chosen = tab.locator("#tabs").bounding_box(), tab.locator(":focus").bounding_box()
    assert tab.inner_text(":focus") == "finish"
    assert chosen["x"] + chosen["width"] <= strip["x"] + strip["width"]
    tab.hover("#tabs")
    tab.mouse.wheel(0, -2000)
    tab.wait_for_selector("#tabs.after:not(.before)")


def test_the_tab_of_a_stage_shows_what_takes_part_in_it_alone(visit: Open) -> None:
    tab = visit("lapgan")
    tab.get_by_role("tab", name="level_16").click()
    assert shown(tab, "#boxes .network:not([hidden])") == ["net:G16", "net:D16"]
    tab.hover("[data-id='loss:level_16']")
    assert shown(tab, ".moved") == ["net:G16", "net:D16"]
    tab.get_by_role("tab", name="Whole").click()
    assert shown(tab, "[hidden]") == []


def test_a_loss_of_weights_alone_hangs_on_their_network(visit: Open) -> None:
    tab = visit("biggan")
    tab.hover("[data-id='loss:orthogonal']")
    assert shown(tab, ".moved") == ["net:G"]


def test_what_is_open_and_chosen_stands_in_the_address(visit: Open) -> None:
    tab = visit("dcgan")
    tab.get_by_role("tab", name="critic step").click()
    tab.click("[data-id='net:D'] .title")
    state = tab.evaluate("location.hash")
    again = visit("dcgan", state)
    assert shown(again, ".box.open") == ["net:D"]
    assert again.get_by_role("tab", selected=True).inner_text().lower() == "critic step"


def test_it_is_light_or_dark_as_the_system_is_and_can_be_turned(visit: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = visit("gan", color_scheme="light"), visit("gan", color_scheme="dark")
    first, second = light.evaluate(ground), dark.evaluate(ground)
    assert first != second
    light.click("#theme")
    assert light.evaluate(ground) == second
    light.click("#theme")
    assert light.evaluate(ground) == first


def test_finding_marks_the_boxes_that_have_the_text(visit: Open) -> None:
    tab = visit("infogan")
    tab.fill("#find", "one_hot")
    assert shown(tab, ".box.found") == ["net:G"]
    tab.fill("#find", "")
    assert shown(tab, ".box.found") == []


def test_the_panel_names_players_and_optimisers(visit: Open) -> None:
    text = visit("wgan-gp").inner_text("#panel")
    assert "5 steps a round, batch 64" in text
    assert "adam: lr 0.0001" in text


def test_markup_in_a_spec_is_shown_as_it_is_written(visit: Open) -> None:
    title = '<img src=x onerror=alert(1)></script><script>alert(2)</script> "quoted"'
    tab = visit(f"ganforge = 1\nextends = 'gan'\n[gan]\ntitle = '''{title}'''\n")
    assert tab.inner_text("h1") == title
    assert tab.title() == title
    assert tab.locator("img").count() == 0
