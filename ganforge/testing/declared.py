"""What every declaration promises, whatever its kind. Each raises `Unmet`."""

from __future__ import annotations

import json
import pkgutil
from typing import Any

from ganforge.plugins.params import Params
from ganforge.testing.unmet import Unmet, reason


def is_a_sentence(summary: str, name: str) -> None:
    """Catalogs and pages show the summary."""
    if not summary.endswith("."):
        raise Unmet("its summary is no sentence", name, "end it with a full stop")


def has_schema(params: type[Params], name: str) -> None:
    """The JSON schema of its parameters can be built: editors complete specs by it."""
    try:
        json.dumps(params.model_json_schema())
    except Exception as error:
        remedy = "take the types of `ganforge.plugins.params` for its fields"
        what = f"its parameters have no JSON schema: {reason(error)}"
        raise Unmet(what, name, remedy) from error


def loaded(target: str, name: str) -> Any:
    """What a declaration names as `package.module:name`."""
    try:
        return pkgutil.resolve_name(target)
    except Exception as error:
        what = f"`{target}` does not load: {reason(error)}"
        raise Unmet(what, name, "name it `package.module:name`, as Python imports it") from error
