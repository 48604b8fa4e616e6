"""The JSON Schema of the language: what it accepts, and what editors show."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry
from ganforge.schema import schema_of
from ganforge.spec import planned

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[2]
Schema = dict[str, Any]


@pytest.fixture(scope="session")
def validator(schema: Schema) -> Any:
    return jsonschema.Draft7Validator(schema)


def told(validator: Any, text: str) -> list[str]:
    """What the schema says of a spec, each with its place."""
    return [f"{e.json_path}: {e.message}" for e in validator.iter_errors(tomllib.loads(text))]


def specs() -> Iterator[Path]:
    """The shipped specs, and those of the cases that are sound."""
    yield from sorted((ROOT / "specs").glob("*.toml"))
    yield from sorted((ROOT / "tests" / "cases").rglob("*.good.toml"))


def test_it_is_a_schema_of_draft_7(schema: Schema) -> None:
    jsonschema.Draft7Validator.check_schema(schema)


def test_it_accepts_every_spec_of_the_repository_that_check_accepts(
    validator: Any, registry: Registry
) -> None:
    accepted = [path for path in specs() if compile_spec(path, registry=registry).report.ok]
    assert len(accepted) > 100
    refused = {path.name: told(validator, path.read_text("utf-8")) for path in accepted}
    assert {name: messages for name, messages in refused.items() if messages} == {}


def test_it_is_the_same_each_time_and_needs_no_torch(schema: Schema, tmp_path: Path) -> None:
    code = """
import sys
from click.testing import CliRunner
from ganforge.cli.group import cli
result = CliRunner().invoke(cli, ["schema", "--out", sys.argv[1]])
assert result.exit_code == 0, result.output
assert not {"torch", "numpy"} & set(sys.modules)
"""
    out = tmp_path / "schema.json"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code, str(out)], check=True, timeout=60)
        assert out.read_text("utf-8") == json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def test_it_is_printed_without_a_file() -> None:
    result = CliRunner().invoke(cli, ["schema"])
    assert json.loads(result.stdout)["title"] == "ganforge spec"


def test_it_knows_the_parts_of_every_plugin(schema: Schema, registry: Registry) -> None:
    layer = schema["definitions"]["layer"]["properties"]
    losses = schema["anyOf"][0]["properties"]["losses"]
    blocks = {name for name, block in registry.blocks.items() if block.inputs[0][0] != "*"}
    assert set(layer["block"]["enum"]) == blocks
    kinds = next(iter(losses["patternProperties"].values()))["properties"]["kind"]
    assert set(kinds["enum"]) == set(registry.losses)
    fields = {name for block in blocks for name in registry.blocks[block].params.model_fields}
    assert fields <= set(layer)


def test_a_name_may_have_its_distribution_before_it(validator: Any) -> None:
    layer = '{ block = "ganforge/conv", out = 8, norm = "ganforge/batch", %s }'
    text = 'ganforge = 1\nextends = "dcgan"\n[networks.D]\nlayers = [%s]\n'
    assert told(validator, text % layer % "kernel = 4") == []
    assert "unknown key" in told(validator, text % layer % "kernell = 4")[0]


def test_composite_blocks_have_parameters_of_their_own(validator: Any) -> None:
    text = 'ganforge = 1\nextends = "dcgan"\n[networks.D]\nlayers = [{ block = "res", wide = 3 }]\n'
    assert told(validator, text) == []


def test_what_is_required_may_stand_in_defaults(validator: Any) -> None:
    whole = (Path(__file__).parent / "whole.toml").read_text()
    bare = whole.replace('{ block = "linear", out = 1 }', '{ block = "linear" }')
    assert len(told(validator, bare)) == 1
    given = bare.replace("[networks.D]", "[networks.D]\ndefaults = { linear = { out = 1 } }")
    assert told(validator, whole) == told(validator, given) == []


def test_a_spec_that_extends_another_may_leave_out_what_it_inherits(validator: Any) -> None:
    text = """
ganforge = 1
extends = "cgan"
without = ["train.epochs"]
[data.fields]
x = { size = 32 }
[losses.adversarial]
objective = "hinge"
[train]
rounds = "10 * 100"
optimizer = { lr = "linear(2e-4, 0, progress)" }
"""
    assert told(validator, text) == []
    assert len(told(validator, text.replace('extends = "cgan"', ""))) > 3


def test_tables_that_are_not_built_are_unknown(validator: Any) -> None:
    for table in planned.TABLES:
        text = f'ganforge = 1\nextends = "dcgan"\n{table} = {{}}\n'
        assert "unknown key" in told(validator, text)[0]


def test_editors_are_told_what_every_key_means(schema: Schema) -> None:
    offered = schema["anyOf"][0]["properties"]
    tables = {name: offered[name] for name in ("data", "train", "sample", "gan")}
    tables["layer"] = schema["definitions"]["layer"]
    silent = [
        f"{name}.{key}"
        for name, table in tables.items()
        for key, value in table["properties"].items()
        if "description" not in value and "$ref" not in value
    ]
    assert silent == []
    assert "samples per step" in tables["train"]["properties"]["batch"]["description"]
    assert "by default `64`" in tables["train"]["properties"]["batch"]["description"]


def test_a_plugin_with_types_of_its_own_is_not_refused() -> None:
    from dataclasses import replace
    from typing import Annotated

    from pydantic import BeforeValidator, Field

    from ganforge.plugins import Block, Params
    from ganforge.plugins.registry import Catalog

    class Odd:
        """No type that JSON has."""

    class OddParams(Params):
        plain: int = Field(default=3, ge=1)
        own: Annotated[Odd, BeforeValidator(lambda value: Odd())] = Odd()
        odd: Odd | None = None

    registry = load_registry()
    odd = Block("odd", "An odd one.", OddParams, None)
    catalog = Catalog({**registry.blocks.bare, "odd": odd}, registry.blocks.full)
    validator = jsonschema.Draft7Validator(schema_of(replace(registry, blocks=catalog)))
    text = 'ganforge = 1\nextends = "dcgan"\n[networks.D]\nlayers = [{ block = "odd", %s }]\n'
    assert told(validator, text % 'plain = "5", own = [1], odd = "x"') == []
    assert len(told(validator, text % "plain = 0, other = 1")) == 2
