"""The page: one file, which says what the spec says and runs nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ganforge.resources import folder
from ganforge.show.picture import page
from ganforge.show.picture.model import Picture

Draw = Callable[..., Picture]
PARTS = folder("templates") / "graph"
NASTY = """</script><script>alert("1")</script><img src=x onerror=alert(2)> & 'quotes' <!-- """


class Elements(HTMLParser):
    """The elements of a page with their attributes, and by tag the text in each of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")

    def handle_data(self, data: str) -> None:
        if self.found:
            self.texts[self.found[-1][0]][-1] += data


@pytest.fixture
def nasty(draw: Draw) -> str:
    text = f"""ganforge = 1
extends = "gan"
[gan]
title = {json.dumps(NASTY)}
notes = {json.dumps(NASTY)}
paper = "javascript:alert(3)"
"""
    return page(draw(text))


def test_the_page_is_one_file_that_asks_the_network_for_nothing(draw: Draw) -> None:
    text = page(draw("cyclegan"))
    for tag, attributes in Elements(text).found:
        assert not {"src", "srcset", "data", "action", "poster"} & set(attributes), tag
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        if "href" in attributes:
            assert (tag, attributes["href"]) == ("a", "https://arxiv.org/abs/1703.10593")
    asking = r"url\((?!#)|@import|sourceMappingURL|\bfetch\(|XMLHttpRequest|\bimport\("
    assert not re.search(asking, text)
    assert "default-src 'none'" in text


def test_text_of_the_spec_stays_text(nasty: str) -> None:
    elements = Elements(nasty)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 3 and "img" not in tags
    assert [text.strip() for text in elements.texts["title"]] == [NASTY.strip()]
    assert elements.texts["h1"][0].strip() == NASTY.strip()
    model = json.loads(elements.texts["script"][0])
    assert model["title"] == model["notes"] == NASTY
    assert not re.search(r"[<>]", elements.texts["script"][0])


def test_only_addresses_of_the_web_become_links(nasty: str, draw: Draw) -> None:
    assert "a" not in [tag for tag, _ in Elements(nasty).found]
    assert "a" in [tag for tag, _ in Elements(page(draw("gan"))).found]


def test_its_scripts_write_text_and_never_markup() -> None:
    scripts = list(PARTS.glob("*.js"))
    assert scripts
    for script in scripts:
        code = script.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)


def test_the_model_in_the_page_is_the_picture_in_the_order_of_the_spec(draw: Draw) -> None:
    picture = draw("infogan")
    model = json.loads(Elements(page(picture)).texts["script"][0])
    assert list(model["networks"]) == list(picture.networks) == ["G", "D", "Q"]
    assert [edge["tensor"] for edge in model["edges"]] == [edge.tensor for edge in picture.edges]


def test_the_licence_of_the_layout_library_is_in_every_page(draw: Draw) -> None:
    licence = (PARTS / "vendor" / "dagre.LICENSE.txt").read_text("utf-8")
    assert "Permission is hereby granted" in licence
    assert licence in page(draw("gan"))
    notices = Path(__file__).parents[2] / "THIRD-PARTY-NOTICES.md"
    assert licence in notices.read_text("utf-8")


def test_pages_of_equal_specs_are_equal(draw: Draw) -> None:
    assert page(draw("dcgan")) == page(draw("dcgan"))
