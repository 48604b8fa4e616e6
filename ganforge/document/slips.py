"""Values that other languages write and TOML does not, with what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Change = tuple[int, int, str]
"""Where a stretch of the text begins and ends, and what takes its place."""

_WORDS = {
    **dict.fromkeys(("True", "TRUE", "yes", "Yes", "on", "On"), "true"),
    **dict.fromkeys(("False", "FALSE", "no", "No", "off", "Off"), "false"),
}
_NOTHING = ("None", "null", "Null", "nil", "undefined", "~")
_CURLY = "“”„«»‘’"
_LONGEST = 40
"""Characters of a number; a longer one is none that a spec has."""
_FACTORS = {"k": 1_000, "K": 1_000, "m": 1_000_000, "M": 1_000_000}


@dataclass(frozen=True)
class Slip:
    """What is wrong at an offset of a text, and what to do.

    length: of the faulty part. changes: what repairs it, if that is mechanical.
    """

    message: str
    help: str
    offset: int
    length: int = 1
    changes: tuple[Change, ...] = ()


def slip_of_value(text: str, offset: int, opened: str, otherwise: Slip | None = None) -> Slip:
    """What stands at `offset` in place of a value.

    opened: the innermost bracket that is open there. otherwise: how to tell of a word or formula
    without quotes, where its place is known better.
    """
    written = _written(text, offset, opened)
    offset += len(text[offset:]) - len(text[offset:].lstrip(" \t"))
    end = offset + len(written)
    if not written:
        return Slip("a value is missing", "write a value after `=`", offset)
    if written in _WORDS:
        word = _WORDS[written]
        message, help = f"`{written}` is no TOML", f"TOML writes `{word}`"
        return Slip(message, help, offset, len(written), ((offset, end, word),))
    if written in _NOTHING:
        help = "TOML writes no empty value: leave the key out"
        return Slip(f"`{written}` is no TOML", help, offset, len(written))
    slip = slip_of_number(text, offset) or _of_string(written, offset) or _of_list(written, offset)
    if slip is not None:
        return slip
    quoted = f'"{written}"'
    help = f"words and formulas stand in quotes: `{quoted}`"
    slip = otherwise or Slip(f"`{written}` is no value", "", offset, len(written))
    plain = '"' not in written and "\\" not in written
    return replace(slip, help=help, changes=((offset, end, quoted),) if plain else ())


def slip_of_number(text: str, offset: int) -> Slip | None:
    """A number as other languages write it, that ends or goes on at `offset`."""
    start = offset
    while start and re.match(r"[\d_.+-]", text[start - 1]):
        start -= 1
    found = re.compile(r"[-+]?[\d_.](?:[\w.,%]|(?<=[eE])[-+])*").match(text, start)
    written = found.group()[:_LONGEST].rstrip(",") if found else ""
    while "," in written and not re.fullmatch(r"[-+]?\d+(,\d+)+", written):
        written = written.rpartition(",")[0]
    return _number(written, start)


def _number(written: str, start: int) -> Slip | None:
    end = start + len(written)

    def told(help: str, instead: str) -> Slip:
        message = f"`{written}` is no number"
        return Slip(message, help, start, len(written), ((start, end, instead),) if instead else ())

    if match := re.fullmatch(r"([-+]?)(\.\d[\d_]*(?:[eE][-+]?\d+)?)", written):
        return told("a number starts with a digit: `0.5`", f"{match[1]}0{match[2]}")
    if re.fullmatch(r"[-+]?\d[\d_]*\.", written):
        return told(f"a number ends with a digit: `{written}0`", f"{written}0")
    if match := re.fullmatch(r"([-+]?\d[\d_]*)\.([eE][-+]?\d+)", written):
        return told(f"write `{match[1]}.0{match[2]}`", f"{match[1]}.0{match[2]}")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+", written):
        return told(f"digits are grouped by `_`: `{written.replace(',', '_')}`", "")
    if re.fullmatch(r"[-+]?\d+,\d+", written):
        point = written.replace(",", ".")
        return told(f"a fraction has a point: `{point}`", point)
    if match := re.fullmatch(r"(\d[\d_]*(?:\.\d+)?)([kKmM])", written):
        number = f"{round(float(match[1].replace('_', '')) * _FACTORS[match[2]]):_}"
        return told(f"numbers have no units: `{number}`", number)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", written):
        share = f"{float(match[1]) / 100:g}"
        return told(f"a share is a fraction: `{share}`", share)
    return None


def _of_string(written: str, offset: int) -> Slip | None:
    """A string with typographic quotes, or with a letter before it, as in Python."""
    length = len(written)
    if written[0] in _CURLY:
        inner = written.strip(_CURLY)
        changes = ((offset, offset + length, f'"{inner}"'),) if '"' not in inner else ()
        help = f'quotes are straight: `"{inner}"`'
        return Slip(f"`{written}` has typographic quotes", help, offset, length, changes)
    match = re.fullmatch(r"([fFrRbBuU]{1,2})([\"'])(.*)\2", written)
    if match is None:
        return None
    inner = match[3]
    if braced := re.fullmatch(r"\{([^{}]*)\}", inner):
        inner = braced[1]
    help = f'write `"{inner}"`: a string has no letter before it'
    plain = not set('{}"\\') & set(inner)
    changes = ((offset, offset + length, f'"{inner}"'),) if plain else ()
    return Slip(f"`{written}` is no value", help, offset, length, changes)


def _of_list(written: str, offset: int) -> Slip | None:
    """A tuple of Python."""
    match = re.fullmatch(r"\(\s*([^()]*?),?\s*\)", written)
    if match is None or "," not in written:
        return None
    listed = f"[{match[1]}]"
    changes = ((offset, offset + len(written), listed),)
    help = f"a list has square brackets: `{listed}`"
    return Slip(f"`{written}` is no value", help, offset, len(written), changes)


def _written(text: str, offset: int, opened: str) -> str:
    """What stands in place of a value: up to the end of the line, or, inside brackets, up to the
    comma or bracket behind it. Brackets and quotes in it are whole.
    """
    depth, quote, k = 0, "", offset
    while k < len(text) and text[k] != "\n":
        c = text[k]
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c == "#":
            break
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            if not depth:
                break
            depth -= 1
        elif c == "," and not depth and opened:
            break
        k += 1
    return text[offset:k].strip()
