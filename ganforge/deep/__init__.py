"""What torch says of a spec without any memory or data: `check --deep`."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.pipeline import Compilation
from ganforge.plugins.mistakes import remedy
from ganforge.spec.findings import Findings


def deep_findings(compilation: Compilation) -> tuple[Diagnostic, ...]:
    """GF806 where blocks do something else than they declare, or else a round of training fails.

    The compilation must be free of errors. Nothing is allocated: all happens on the meta device.
    """
    from ganforge.deep.layers import disagreements

    assert compilation.graph is not None and compilation.document is not None
    findings = Findings(compilation.document)
    for node, block, told in disagreements(compilation.graph):
        findings.add("GF806", node.path, told, remedy(block.infer or block.module))
    if not findings.items:
        _try_rounds(compilation, findings)
    return tuple(findings.items)


def _try_rounds(compilation: Compilation, findings: Findings) -> None:
    from ganforge.deep.rounds import rehearse
    from ganforge.runs.programs import import_program

    assert compilation.graph is not None
    module = import_program(compilation.program().text)
    try:
        rehearse(module, compilation.graph)
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        message = f"a round of training fails: {type(error).__name__}: {said}"
        help = "this is a mistake in ganforge or in a plugin: report it with the spec"
        findings.add("GF806", ("train",), message, help, key=True)
