"""Suggestions of near names."""

import pytest

from ganforge.diagnostics.suggest import Suggestion, did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "near"),
    [("paddin", "padding"), ("Padding", "padding"), ("norm_std", "norm-std"), ("zzz", None)],
)
def test_the_nearest_name_ignores_case_and_dashes(word: str, near: str | None) -> None:
    assert nearest(word, ["padding", "norm-std", "out"]) == near


def test_the_ending_of_a_file_makes_no_name_near() -> None:
    assert nearest("nix.toml", ["21bin.toml", "base.toml"]) is None
    assert nearest("bsae.toml", ["21bin.toml", "base.toml"]) == "base.toml"


def test_a_near_name_is_offered_with_its_kind() -> None:
    assert did_you_mean("widht", ["width", "size"], "param") == "did you mean the param `width`?"


def test_where_nothing_is_near_all_names_are_given() -> None:
    assert did_you_mean("x", ["adversarial", "penalty"], "loss") == (
        "known losses here: `adversarial`, `penalty`"
    )


def test_many_names_are_cut_short() -> None:
    names = [f"name{number}" for number in range(20)]
    assert did_you_mean("qq", names).endswith("`name11` and 8 more")


def test_no_names_at_all_are_said_to_be_none() -> None:
    assert did_you_mean("x", [], "param") == "there is no param here"


@pytest.mark.parametrize(
    ("word", "known", "sure"),
    [
        ("paddin", ["padding", "out", "kernel"], True),
        ("hingee", ["hinge", "saturating"], True),
        ("fake_c", ["fake_a", "fake_b"], False),
        ("z2", ["z1", "x"], False),
        ("ot", ["out", "norm"], True),
        ("wid", ["width_of_all", "x"], False),
    ],
)
def test_a_suggestion_is_sure_where_no_other_name_is_near(
    word: str, known: list[str], sure: bool
) -> None:
    help = did_you_mean(word, known)
    assert (isinstance(help, Suggestion) and help.sure) is sure


@pytest.mark.parametrize("word", ["form", "frmo", "rfom"])
def test_two_letters_exchanged_are_nearer_than_others(word: str) -> None:
    known = ["norm", "from", "init", "out", "stride"]
    assert nearest(word, known) == "from"
    assert Suggestion("", "form", "from", known).sure
