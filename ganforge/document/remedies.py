"""What to do about the usual mistakes in TOML."""

from __future__ import annotations

import re

from ganforge.document.slips import Slip, slip_of_number, slip_of_value

_PLAIN = {
    "Cannot mutate immutable": "an inline table is complete: write the key inside its braces",
    "Cannot overwrite": "a key holds a value or a table, not both",
    "Cannot declare": "write a table once, and all its keys below it",
    "Duplicate inline": "keep one of the two keys",
    "Expected ']": "a table header is written `[name]`, alone on its line",
    "Unescaped '\\'": "write `\\\\` for a backslash, or use single quotes",
    "Unclosed array": "an array ends with `]`, and commas stand between its values",
    "Unclosed inline": "an inline table ends with `}`, and commas stand between its values",
    "Invalid statement": "a line is `key = value` or a `[table]`; a bracket may be one too many",
    "Invalid initial character": "a key is a word, or any text in quotes",
    "Expected '='": "a line is `key = value` or a `[table]`",
}
_KEY = re.compile(r"[\w.-]+[ \t]*=(?!=)")


def remedy(problem: str, text: str, offset: int, opened: str) -> Slip:
    """What is wrong, and the remedy, for what `tomllib` found at `offset`.

    opened: the innermost bracket that is open there, or nothing.
    """
    here = text[offset : offset + 1]
    if opened == "{" and here in ("", "\n", "#"):
        message = "an inline table does not end on its line"
        return Slip(message, "an inline table ends on its line; only arrays may span lines", offset)
    if problem.startswith("Invalid initial") and here == "}":
        return _trailing_comma(text, offset)
    if problem.startswith("Invalid value"):
        if opened == "[" and _KEY.match(text, offset):
            return _unended_array(text, offset)
        return slip_of_value(text, offset, opened)
    if problem.startswith("Unclosed"):
        return _without_comma(problem, text, offset)
    if problem.startswith("Expected newline"):
        return _rest_of_line(text, offset)
    if problem.startswith("Invalid statement") and text.startswith(("//", "%", "/*"), offset):
        return _comment(text, offset)
    if problem.startswith(("Illegal character '\\n'", "Unterminated string", 'Expected "\'"')):
        help = "a string ends with a quote on the line where it began"
        return Slip("a string does not end on its line", help, offset)
    if problem.startswith("Invalid statement") and text[offset : offset + 1].isalpha():
        help = "names have the letters a to z, digits and `_`"
        return Slip(f"`{text[offset]}` begins no name", help, offset)
    if problem.startswith("Expected '='"):
        return _without_equals(problem, text, offset)
    return _plain(problem, offset)


def _plain(problem: str, offset: int) -> Slip:
    message = f"this is not TOML: {problem[:1].lower()}{problem[1:]}"
    other = "TOML writes `key = value`, strings in quotes, and arrays as `[1, 2]`"
    help = next((text for start, text in _PLAIN.items() if problem.startswith(start)), other)
    return Slip(message, help, offset)


def _trailing_comma(text: str, offset: int) -> Slip:
    comma = text.rfind(",", 0, offset)
    edits = ((comma, comma + 1, ""),) if not text[comma + 1 : offset].strip() else ()
    help = "an inline table has no comma after its last value"
    return Slip("a comma stands before `}`", help, offset, 1, edits)


def _unended_array(text: str, offset: int) -> Slip:
    key = text[offset:].split("=")[0].strip()
    help = f"an array ends with `]`: one is missing above `{key}`"
    return Slip("a key begins inside an array", help, offset, len(key))


def _without_comma(problem: str, text: str, offset: int) -> Slip:
    """Two values of an array, or of an inline table, without a comma between them."""
    here = text[offset : offset + 1]
    if here == ".":
        return slip_of_number(text, offset) or _plain(problem, offset)
    if problem.startswith("Unclosed array") and _KEY.match(text, offset):
        return _unended_array(text, offset)
    before = _before(text, offset)
    if not before or not re.match(r"[\w.{\[\"'-]", here):
        return _plain(problem, offset)
    end = len(before)
    help = _PLAIN["Unclosed array" if problem.startswith("Unclosed array") else "Unclosed inline"]
    at = offset if "\n" not in text[end:offset] else end - 1
    return Slip("a comma is missing", help, at, 1, ((end, end, ","),))


def _before(text: str, offset: int) -> str:
    """The text up to the end of the last value before `offset`: without blanks and comments."""
    lines = text[:offset].split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    if lines:
        lines[-1] = re.sub(r"[ \t]#[^\"'{}\[\]]*$", "", lines[-1]).rstrip()
    return "\n".join(lines)


def _without_equals(problem: str, text: str, offset: int) -> Slip:
    start = text.rfind("\n", 0, offset) + 1
    decimal = re.search(r"=[ \t]*([-+]?\d+,\d+)[ \t]*$", text[start:offset])
    if decimal:
        return slip_of_number(text, start + decimal.start(1)) or _plain(problem, offset)
    slip = _plain(problem, offset)
    if text[offset : offset + 1] != ":":
        return slip
    edits: tuple[tuple[int, int, str], ...] = ()
    if re.match(r":[ \t]*[^\s#]", text[offset:]):
        edits = ((offset, offset + 1, " =" if text[offset + 1 : offset + 2] == " " else " = "),)
    return Slip(slip.message, "TOML writes `key = value`", offset, 1, edits)


def _comment(text: str, offset: int) -> Slip:
    end = text.find("\n", offset)
    length = (end if end >= 0 else len(text)) - offset
    mark = 1 if text[offset] == "%" else 2
    edits = ((offset, offset + mark, "#"),) if text[offset : offset + 2] != "/*" else ()
    return Slip("this is no TOML", "a comment begins with `#`", offset, length, edits)


def _rest_of_line(text: str, offset: int) -> Slip:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = end if end >= 0 else len(text)
    line = text[start:end]
    length = max(1, len(line) - (offset - start))
    key, _, value = line.partition("=")
    written = value.split("#")[0].strip()
    message = "something stands behind the value"
    rest = text[offset:end].strip()
    if rest.startswith("//"):
        return _comment(text, offset)
    if re.fullmatch(r"[;,]\s*(#.*)?", rest):
        name = "semicolon" if rest[0] == ";" else "comma"
        help = f"a line ends without a {name}"
        return Slip(
            f"a {name} stands behind the value", help, offset, 1, ((offset, offset + 1, ""),)
        )
    at = start + len(key) + 1
    number = slip_of_number(text, at + len(text[at:end]) - len(text[at:end].lstrip()))
    if number is not None:
        return number
    inside = text[offset - 1 : offset] in ('"', "'") and re.match(r"\w", rest)
    if "=" in value and not inside:
        return Slip(message, "one key stands on a line", offset, length)
    if '"' in written or "'" in written:
        help = "a string has one pair of quotes; inside them use the other kind"
        return Slip(message, help, offset, length)
    return slip_of_value(text, at, "", Slip(message, "", offset, length))
