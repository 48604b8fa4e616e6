"""What a plugin's code raises while a spec is compiled, as a finding of that spec."""

from __future__ import annotations

from ganforge.diagnostics import rules
from ganforge.plugins.absence import summary
from ganforge.plugins.shapes import ShapeError


def as_shape_error(error: Exception, named: str, function: object) -> ShapeError:
    """What a plugin raised, as a `ShapeError` of a rule that exists: what is no refusal of its own
    is a mistake of the plugin.
    """
    if isinstance(error, ShapeError) and error.code in rules.ALL:
        return error
    home = getattr(function, "__module__", None) or "its plugin"
    help = f"this is a mistake in `{home}`: report it to its author"
    return ShapeError("GF810", f"{named}: {summary(error)}", help)
