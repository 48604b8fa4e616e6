"""What to do about the usual mistakes in TOML."""

from __future__ import annotations

import re

_PYTHON_WORDS = {"True": "`true`", "False": "`false`", "None": "no empty value: leave the key out"}

_PLAIN = {
    "Cannot mutate immutable": "an inline table is complete: write the key inside its braces",
    "Cannot overwrite": "a key holds a value or a table, not both",
    "Cannot declare": "write a table once, and all its keys below it",
    "Duplicate inline": "keep one of the two keys",
    "Expected ']": "a table header is written `[name]`, alone on its line",
    "Illegal character": "a string ends with a quote on the line where it began",
    "Unterminated string": "a string ends with a quote on the line where it began",
    "Unescaped '\\'": "write `\\\\` for a backslash, or use single quotes",
    "Unclosed array": "an array ends with `]`, and commas stand between its values",
    "Unclosed inline": "an inline table ends with `}`, and commas stand between its values",
    "Invalid statement": "a line is `key = value` or a `[table]`; a bracket may be one too many",
    "Invalid initial character": "a key is a word, or any text in quotes",
    "Expected '='": "a line is `key = value` or a `[table]`",
}


def remedy(problem: str, text: str, offset: int, opened: str) -> tuple[str, str | None, int]:
    """Message, help and length of the faulty part, for what `tomllib` found at `offset`.

    opened: the innermost bracket that is open there, or nothing.
    """
    here = text[offset : offset + 1]
    if opened == "{" and here in ("", "\n", "#"):
        message = "an inline table does not end on its line"
        return message, "an inline table ends on its line; only arrays may span lines", 1
    if problem.startswith("Invalid initial") and here == "}":
        return "a comma stands before `}`", "an inline table has no comma after its last value", 1
    if problem.startswith("Invalid value"):
        return _value(text, offset)
    if problem.startswith("Expected newline"):
        return _rest_of_line(text, offset)
    message = f"this is not TOML: {problem[:1].lower()}{problem[1:]}"
    if problem.startswith("Expected '='") and here == ":":
        return message, "TOML writes `key = value`", 1
    other = "TOML writes `key = value`, strings in quotes, and arrays as `[1, 2]`"
    help = next((text for start, text in _PLAIN.items() if problem.startswith(start)), other)
    return message, help, 1


def _value(text: str, offset: int) -> tuple[str, str | None, int]:
    match = re.compile(r"[^,\]}\n#]+").match(text, offset)
    written = match.group().strip() if match else ""
    if not written:
        return "a value is missing", "write a value after `=`", 1
    if written in _PYTHON_WORDS:
        return f"`{written}` is no TOML", f"TOML writes {_PYTHON_WORDS[written]}", len(written)
    if re.match(r"[-+]?\.\d", written):
        return f"`{written}` is no number", "a number starts with a digit: `0.5`", len(written)
    return f"`{written}` is no value", _quoted(written), len(written)


def _rest_of_line(text: str, offset: int) -> tuple[str, str | None, int]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    length = max(1, len(line) - (offset - start))
    _, _, value = line.partition("=")
    written = value.split("#")[0].strip()
    message = "something stands behind the value"
    if "=" in value:
        return message, "one key stands on a line", length
    if '"' in written or "'" in written:
        return message, "a string has one pair of quotes; inside them use the other kind", length
    return message, _quoted(written), length


def _quoted(written: str) -> str:
    return f'words and formulas stand in quotes: `"{written}"`'
