"""The whole flow: document, spec, graph, plan, program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.diagnostics.fixes import with_fixes
from ganforge.diagnostics.report import Report, Suppressed
from ganforge.document import Document, Drafts, SpecNames, load, loads
from ganforge.document.load import MAX_BYTES
from ganforge.document.overrides import PSEUDO_FILES
from ganforge.document.suppression import suppress
from ganforge.graph import Graph, build_graph
from ganforge.plan import Plan, build_plan
from ganforge.plugins.registry import Registry, load_registry
from ganforge.plugins.specs import spec_names
from ganforge.spec import build_spec
from ganforge.spec.findings import Findings
from ganforge.spec.local_code import with_local_code
from ganforge.spec.origins import traced

if TYPE_CHECKING:
    from ganforge.codegen.program import Program


@dataclass(frozen=True)
class Compilation:
    """What compiling a spec gives: the report, and the forms as far as they could be made.

    whole: whether the spec has no errors, and all shapes are known (GF312 says where torch is
    needed for that).
    """

    report: Report
    registry: Registry
    document: Document | None = None
    graph: Graph | None = None
    whole: bool = False

    @cached_property
    def plan(self) -> Plan | None:
        """How it is trained, if it is whole; a check does not ask."""
        return build_plan(self.graph) if self.whole and self.graph is not None else None

    def program(self, data: str | None = None) -> Program:
        """The program. The report must be free of errors."""
        from ganforge.codegen.program import build_program  # a check does not need it

        assert self.plan is not None, "a spec with errors has no program"
        return build_program(self.plan, self.registry, data)


def compile_spec(
    source: str | Path,
    overrides: Sequence[str] = (),
    registry: Registry | None = None,
    name: str = "<text>",
    folder: Path | None = None,
    drafts: Drafts | None = None,
) -> Compilation:
    """Compile a file, a spec by name, or TOML text (a string with a line break).

    overrides: `key=value` as on the command line. name: what reports call the text.
    folder: where the text's `extends` starts, by default the current folder. drafts: texts that
    are read in place of files, by resolved path.
    Raises `SpecNotFound` where there is no such file.
    """
    registry = registry or load_registry()
    names = spec_names(registry)
    if isinstance(source, str) and "\n" in source:
        document, found = loads(source, name, overrides, folder, names)
        texts = {name: source}
    else:
        path = _file(source, names)
        document, found = load(path, overrides, drafts, names)
        texts = {} if document else {str(path): _text(path, drafts)}
    if document is None:
        return Compilation(_report((*registry.diagnostics, *found), texts), registry)
    return _compile(document, (*registry.diagnostics, *found), registry, as_written=not overrides)


def _compile(
    document: Document, found: tuple[Diagnostic, ...], registry: Registry, *, as_written: bool
) -> Compilation:
    own = Findings(document)
    registry = with_local_code(document, registry, own)
    if own.errors:
        return Compilation(_report((*found, *own.items), document.texts), registry, document)
    spec, more = build_spec(document, registry)
    graph, rest = build_graph(spec, registry)
    found = tuple(traced((*found, *more, *rest), document))
    sound = not any(d.severity is Severity.ERROR for d in found)
    if not sound:
        from ganforge.graph.fitting import with_sizes  # a sound spec does not need these
        from ganforge.spec.causes import told_once
        from ganforge.spec.consequences import without_consequences

        found = tuple(without_consequences(found, document))
        found = tuple(told_once(with_sizes(found, document, registry), document))
    whole = sound and not any(d.code == "GF312" for d in found)  # else some passes are silent
    kept, suppressed = suppress(
        found, document, complete=whole and as_written, known=registry.all_rules
    )
    report = _report(kept, document.texts, suppressed)
    return Compilation(report, registry, document, graph, whole)


def _report(
    found: Iterable[Diagnostic], texts: Mapping[str, str], suppressed: tuple[Suppressed, ...] = ()
) -> Report:
    files = {name: text for name, text in texts.items() if name not in PSEUDO_FILES}
    return Report(tuple(with_fixes(found, files)), texts, suppressed)


def _text(path: Path, drafts: Drafts | None) -> str:
    draft = drafts.get(path.resolve()) if drafts else None
    if draft is not None:
        return draft
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode("utf-8-sig", "replace")


def _file(source: str | Path, names: SpecNames) -> Path:
    """A path as it is; a name as the spec of that name."""
    return (None if Path(source).exists() else names.file(str(source))) or Path(source)
