"""`--fix` and `--diff` of comments that suppress nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Check = Callable[..., Result]
HEAD = 'ganforge = 1\nextends = "dcgan"\n\n'
LOSS = '[losses.adversarial]\nobjective = "saturating"'
"""What GF712 is reported for."""


def repaired(check: Check, text: str) -> str:
    """What `--fix` makes of a spec with this text behind its first lines."""
    path = Path("a.toml")
    path.write_bytes(f"{HEAD}{text}".encode())
    assert check("a.toml", "--fix").exit_code == 0
    fixed = path.read_bytes().decode()
    assert fixed.startswith(HEAD)
    return fixed.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[train]  # ganforge: ignore[GF704] why\n", "[train]\n"),
        ("[train]  # ganforge: ignore[GF704] why \t\n\n", "[train]\n\n"),
        ("[train]\t# ganforge: ignore[GF704, GF703] two\n", "[train]\n"),
        ("[train] # ganforge: ignore[GF704,no-lipschitz] twice\n", "[train]\n"),
        ("[train] # ganforge: ignore[GF704,GF704,GF704] thrice\n", "[train]\n"),
        ("[train] # as it was  # ganforge: ignore[GF704] why\n", "[train] # as it was\n"),
        ("[train] # ganforge: ignore[GF704] why # as it was\n", "[train] # as it was\n"),
        ("[train] # ganforge: ignore[GF704] see issue #12\n", "[train]\n"),
        ("[train] # ganforge: ignore[GF704]: ä画\nbatch = 3\n", "[train]\nbatch = 3\n"),
        ("[train] # ganforge: ignore[GF704] why", "[train]"),
    ],
)
def test_a_comment_behind_a_value_is_removed_and_others_stay(
    check: Check, before: str, after: str
) -> None:
    assert repaired(check, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# ganforge: ignore[GF704] why\n[train]\n", "[train]\n"),
        (
            "# above\n  # ganforge: ignore[GF704] why\n# below\n[train]\n",
            "# above\n# below\n[train]\n",
        ),
        ("[train]\n\n# ganforge: ignore[GF704] why\n\nbatch = 3\n", "[train]\n\n\nbatch = 3\n"),
        ("  # ganforge: ignore[GF704] why # mine\n[train]\n", "  # mine\n[train]\n"),
        ("[train]\n# ganforge: ignore[GF704] why", "[train]\n"),
        (
            "# ganforge: ignore[GF704] why\n# ganforge: ignore[GF703, GF701] why\n[train]\n",
            "[train]\n",
        ),
        (
            "[sample]\nimages = [\n  # ganforge: ignore[GF704] why\n  'fake',\n]\n",
            "[sample]\nimages = [\n  'fake',\n]\n",
        ),
    ],
)
def test_a_comment_alone_goes_with_its_line(check: Check, before: str, after: str) -> None:
    assert repaired(check, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("GF712, GF704", "GF712"),
        ("GF704, GF712", "GF712"),
        ("GF704,GF712,GF703", "GF712"),
        ("GF703, GF704, GF712", "GF712"),
        ("GF712, GF703, GF704", "GF712"),
        (" GF704 , saturating ", " saturating "),
        (" saturating , GF704 ", " saturating "),
        ("saturating, GF712", "saturating"),
        ("GF712,saturating,GF712,GF704", "GF712"),
        ("GF704 GF712", "GF712"),
        ("GF704,, GF712", ", GF712"),
        ("GF704, GF712,", "GF712,"),
        ("GF704, unheard-of", "unheard-of"),
    ],
)
def test_of_several_rules_only_the_unused_ones_are_removed(
    check: Check, before: str, after: str
) -> None:
    line = f"{LOSS}  # toy # ganforge: ignore[{{}}] the game: it's [old], of 2014 # really\n"
    assert repaired(check, line.format(before)) == line.format(after)


def test_windows_line_ends_stay(check: Check) -> None:
    before = (
        f"{LOSS}  # ganforge: ignore[GF704, GF712] why\n"
        "# ganforge: ignore[GF704] why\n"
        "[train] # ganforge: ignore[GF704] why \n"
        "batch = 3\n"
    )
    after = f"{LOSS}  # ganforge: ignore[GF712] why\n[train]\nbatch = 3\n"
    assert repaired(check, before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


def test_comments_that_are_used_or_mistaken_stay(check: Check) -> None:
    used = f"{LOSS}  # ganforge: ignore[GF712]\n[train]  # ganforge: ignore[unheard-of] why\n"
    assert repaired(check, used) == used


def test_all_rules_of_a_comment_count_and_a_diff_shows_them(check: Check) -> None:
    text = f"{HEAD}[train]  # ganforge: ignore[GF703, GF704] why\n"
    Path("a.toml").write_text(text)
    assert check("a.toml").stderr == "2 findings can be repaired: run with `--fix`.\n"
    result = check("a.toml", "--diff")
    assert result.stderr == "2 findings would be repaired.\n"
    assert "-[train]  # ganforge: ignore[GF703, GF704] why\n+[train]\n" in result.stdout
    assert Path("a.toml").read_text() == text


def test_programs_see_the_repair(check: Check) -> None:
    Path("a.toml").write_text(
        f"{HEAD}{LOSS} # ganforge: ignore[GF712, GF704] why\n# ganforge: ignore[GF703] why\n"
    )
    one, all_of_it = json.loads(check("a.toml", "--format", "json").stdout)
    assert one["help"] == one["fix"]["title"] == "remove `GF704` from the comment"
    place = {"file": "a.toml", "line": 5, "column": 50, "end_line": 5, "end_column": 57}
    assert one["fix"]["edits"] == [{**place, "text": ""}]
    assert all_of_it["help"] == all_of_it["fix"]["title"] == "remove the comment"
    place = {"file": "a.toml", "line": 6, "column": 1, "end_line": 7, "end_column": 1}
    assert all_of_it["fix"]["edits"] == [{**place, "text": ""}]


def test_with_other_params_comments_stay(check: Check) -> None:
    text = f"{HEAD}[train]  # ganforge: ignore[GF704] why\n"
    Path("a.toml").write_text(text)
    check("a.toml", "--fix", "--set", "size=32")
    assert Path("a.toml").read_text() == text


def test_a_comment_stays_that_only_a_spec_which_extends_this_one_needs(check: Check) -> None:
    base = f"{HEAD}[train]\noptimizer = {{ betas = [0.9, 0.999] }}  # ganforge: ignore[GF706] why\n"
    penalty = 'kind = "gradient-penalty"\nscore = "D(x)"\nwrt = "x"\ncenter = 0\nweight = 5\n'
    Path("base.toml").write_text(base)
    Path("mine.toml").write_text(f'ganforge = 1\nextends = "base.toml"\n\n[losses.r1]\n{penalty}')
    asked = ["--select", "GF131,GF706", "--fix"]
    assert "No problems found." in check(".", *asked).output
    assert Path("base.toml").read_text() == base
    assert "Repaired 1 finding" in check("base.toml", *asked).output  # nobody else was asked for
