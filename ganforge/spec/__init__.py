"""From a Document to a Spec: tables, types, bounds, unknown keys."""

from ganforge.spec.build import build_spec
from ganforge.spec.models import Spec

__all__ = ["Spec", "build_spec"]
