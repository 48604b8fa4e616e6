"""From text to a syntax tree: Python's expression grammar, cut down to what each notation
allows.
"""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

from ganforge.diagnostics.suggest import Suggestion
from ganforge.formula.errors import FormulaError

MAX_LENGTH = 500
MAX_DEPTH = 40
KEPT = 1024
"""Trees: loops, calls and levels read one line many times."""

_OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.USub,
    ast.UAdd,
    ast.Not,
    ast.And,
    ast.Or,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.Load,
    ast.Store,
)
_FORMULA = (
    ast.Constant,
    ast.Name,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.List,
    ast.Subscript,
    ast.ListComp,
    ast.comprehension,
    *_OPERATORS,
)
_WIRING = (
    *_FORMULA,
    ast.Attribute,
    ast.keyword,
)
_NAMES = {
    ast.Attribute: "attributes",
    ast.Lambda: "functions",
    ast.Dict: "tables",
    ast.Set: "sets",
    ast.Tuple: "tuples",
    ast.JoinedStr: "f-strings",
    ast.Slice: "slices",
    ast.NamedExpr: "assignments",
    ast.Starred: "stars",
    ast.keyword: "keyword arguments",
    ast.BitAnd: "`&`",
    ast.BitOr: "`|`",
    ast.MatMult: "`@`",
    ast.LShift: "`<<`",
    ast.RShift: "`>>`",
    ast.Invert: "`~`",
    ast.In: "`in`",
    ast.NotIn: "`not in`",
    ast.Is: "`is`",
    ast.IsNot: "`is not`",
}


@lru_cache(maxsize=KEPT)
def parse_formula(text: str) -> ast.expr:
    """The tree of a formula, which nobody may change. Raises `FormulaError`."""
    return _parse(text, _FORMULA, "formula", "GF120", "GF107")


@lru_cache(maxsize=KEPT)
def parse_wiring(text: str) -> ast.expr:
    """The tree of wiring: calls with keywords and `call.output` beside what formulas have. Nobody
    may change it. Raises `FormulaError`.
    """
    return _parse(text, _WIRING, "wiring", "GF218", "GF218")


def _parse(
    text: str, allowed: tuple[type[ast.AST], ...], what: str, syntax: str, forbidden: str
) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            "GF118",
            f"this {what} has {len(text)} characters; at most {MAX_LENGTH} are allowed",
            "give parts of it names in `[params]`",
        )
    tree = _python_tree(text, what, syntax)
    _check_depth(tree, what)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            raise _xor(node, text, what, forbidden)
        if not isinstance(node, allowed):
            raise _refused(node, text, what, forbidden)
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
            raise _refused(node, text, what, forbidden)
        if isinstance(node, ast.comprehension) and (node.is_async or len(node.ifs) > 1):
            message = f"this form of a list is not allowed in a {what}"
            raise FormulaError(forbidden, message, "join conditions: `[i for i in a if p and q]`")
    return tree


def _python_tree(text: str, what: str, code: str) -> ast.expr:
    if "\n" in text or "\0" in text:
        raise FormulaError(code, f"a {what} stands on one line", "write it on one line")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        start = max(0, min(len(text), error.offset or 1) - 1)
        raise FormulaError(
            code,
            f"{_quoted(text)} is no {what}: {_plainly(error)}"
            if text.strip()
            else f"this {what} is empty",
            _help(text),
            start,
            start + 1,
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError(
            "GF118",
            f"this {what} is nested too deeply or holds a number too long",
            "give parts of it names in `[params]`",
        ) from None


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 80 else "this"


def _plainly(error: SyntaxError) -> str:
    message = (error.msg or "it cannot be read").split(". Perhaps")[0]
    message = re.sub(r"'(\S+)'", r"`\1`", message)
    return message.replace("invalid syntax", "it cannot be read here")


def _help(text: str) -> str:
    if not text.strip():
        return "write one, or remove the key"
    if "^" in text:
        return "a power is written `**`"
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*%\s*", text):
        return f"a share is a fraction: write {float(text.strip(' %')) / 100:g}"
    if text.startswith("if "):
        return "a condition is written without `if`: `i > 0`"
    if re.search(r"[^=<>!]=[^=]", text):
        return "two values are compared by `==`"
    if "&&" in text or "||" in text:
        return "write `and`, `or`"
    for opening, closing in ("()", "[]"):
        missing = text.count(opening) - text.count(closing)
        if missing:
            return f"a `{closing}` is {'missing' if missing > 0 else 'too many'}"
    return "it is written like arithmetic in Python: `2 * width`"


def _check_depth(tree: ast.expr, what: str) -> None:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise FormulaError(
                "GF118",
                f"this {what} is nested more than {MAX_DEPTH} deep",
                "give parts of it names in `[params]`",
            )
        level = [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]


def _xor(node: ast.BinOp, text: str, what: str, code: str) -> FormulaError:
    """`2^i`, which other languages write for a power."""
    start = text.index("^", extent(node.left, text)[1])
    message = f"`^` is no power in a {what}"
    help = Suggestion("a power is written `**`", "^", "**", ("**",), habitual=True)
    return FormulaError(code, message, help, start, start + 1)


def _refused(node: ast.AST, text: str, what: str, code: str) -> FormulaError:
    name = _NAMES.get(type(node), f"`{_written(node)}`")
    start, end = extent(node, text)
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        help = "ask for `channels(x)`, `height(x)` or `width(x)`"
    else:
        help = (
            "allowed are numbers, names, arithmetic, comparisons, lists and the functions of the "
            "reference"
        )
    are = "is" if isinstance(node, ast.operator | ast.unaryop | ast.cmpop) else "are"
    return FormulaError(code, f"{name} {are} not allowed in a {what}", help, start, end)


def _written(node: ast.AST) -> str:
    try:
        return ast.unparse(node)
    except (AttributeError, ValueError):
        return type(node).__name__


def extent(node: ast.AST, text: str) -> tuple[int, int]:
    """Where a node stands in its text, in characters (`ast` counts bytes)."""
    lead = len(text) - len(text.lstrip())
    raw = text.strip().encode()
    start = len(raw[: getattr(node, "col_offset", 0)].decode(errors="replace"))
    end = len(raw[: getattr(node, "end_col_offset", len(raw))].decode(errors="replace"))
    return lead + start, lead + end
