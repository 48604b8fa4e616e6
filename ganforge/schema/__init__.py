"""The JSON Schema of the spec language, for editors and checkers of TOML."""

from ganforge.schema.document import schema_of, schema_text

__all__ = ["schema_of", "schema_text"]
