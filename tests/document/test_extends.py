"""`extends` and `without`."""

from pathlib import Path

import pytest

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.document import Document, SpecNotFound, load, loads, shipped_names
from ganforge.spec.models import DataTable

BASE = """\
ganforge = 1
[params]
width = 64
[data]
source = "folder"
depth = 178
count = 1000
fields = { x = { kind = "image", size = 64 } }
[losses.penalty]
kind = "gradient-penalty"
[train]
batch = 64
optimizer = { kind = "adam", lr = 1e-4, betas = [0.5, 0.9] }
"""


def extended(folder: Path, text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    (folder / "base.toml").write_text(BASE)
    document, found = loads(f'ganforge = 1\nextends = "base.toml"\n{text}', folder=folder)
    assert document is not None, found
    return document, found


def test_tables_merge_and_scalars_are_replaced(tmp_path: Path) -> None:
    document, found = extended(tmp_path, "[train]\nbatch = 32")
    assert not found
    assert document.values["train"]["batch"] == 32
    assert document.values["train"]["optimizer"]["lr"] == 1e-4
    assert "extends" not in document.values


def test_arrays_are_replaced_whole(tmp_path: Path) -> None:
    document, _ = extended(tmp_path, "[train.optimizer]\nbetas = [0]")
    assert document.values["train"]["optimizer"] == {"kind": "adam", "lr": 1e-4, "betas": [0]}


def test_every_value_keeps_the_file_where_it_was_written(tmp_path: Path) -> None:
    document, _ = extended(tmp_path, "[train]\nbatch = 32")
    own, inherited = document.span(("train", "batch")), document.span(("params", "width"))
    assert own is not None
    assert inherited is not None
    assert (own.file, own.line) == ("<text>", 4)
    assert (inherited.file, inherited.line) == (str(tmp_path / "base.toml"), 3)
    assert document.texts[inherited.file] == BASE


def test_another_kind_replaces_its_table_and_says_what_fell_away(tmp_path: Path) -> None:
    document, (note,) = extended(tmp_path, '[train]\noptimizer = { kind = "sgd", lr = 0.1 }')
    assert document.values["train"]["optimizer"] == {"kind": "sgd", "lr": 0.1}
    assert note.code == "GF122"
    assert note.message == (
        '`train.optimizer` has another kind than it inherits ("sgd", not "adam"): `betas` fell away'
    )
    assert note.related[0].span.file.endswith("base.toml")


def test_another_source_drops_only_the_options_of_the_old_one(tmp_path: Path) -> None:
    document, (note,) = extended(tmp_path, '[data]\nsource = "shapes"\nnoise = 0.1')
    data = document.values["data"]
    assert set(data) == {"source", "noise", "count", "fields"}
    assert "`depth` fell away" in note.message


def test_another_source_keeps_what_holds_for_every_source(tmp_path: Path) -> None:
    keys = [f"{key} = 1" for key in DataTable.model_fields]
    (tmp_path / "other.toml").write_text(
        "\n".join(["ganforge = 1", "[data]", "source = 'a'", *keys])
    )
    text = 'ganforge = 1\nextends = "other.toml"\n[data]\nsource = "b"'
    document, found = loads(text, folder=tmp_path)
    assert document is not None and not found
    assert set(document.values["data"]) == {"source", *DataTable.model_fields}


def test_the_same_source_keeps_its_options(tmp_path: Path) -> None:
    document, found = extended(tmp_path, '[data]\nsource = "folder"')
    assert document.values["data"]["depth"] == 178
    assert not found


def test_without_removes_what_is_inherited(tmp_path: Path) -> None:
    document, found = extended(tmp_path, 'without = ["losses.penalty", "train.batch"]')
    assert not found
    assert document.values["losses"] == {}
    assert list(document.values["train"]) == ["optimizer"]
    assert "without" not in document.values


def test_without_acts_before_the_merge(tmp_path: Path) -> None:
    text = 'without = ["train.optimizer"]\n[train]\noptimizer = { kind = "adam", lr = 1 }'
    document, found = extended(tmp_path, text)
    assert document.values["train"]["optimizer"] == {"kind": "adam", "lr": 1}
    assert not found


def test_without_numbers_items_of_arrays_as_they_are_inherited(tmp_path: Path) -> None:
    text = "layers = [{ n = 0 }, { n = 1, norm = 'batch' }, { n = 2 }, { n = 3 }]"
    (tmp_path / "net.toml").write_text(f"ganforge = 1\n[networks.D]\n{text}")
    without = [f"networks.D.layers.{item}" for item in ("0", "1.norm", "2")]
    document, found = loads(f'ganforge = 1\nextends = "net.toml"\n{without = !s}', folder=tmp_path)
    assert document is not None and not found
    assert document.values["networks"]["D"]["layers"] == [{"n": 1}, {"n": 3}]
    span = document.span(("networks", "D", "layers", 0, "n"))
    assert span is not None and span.file.endswith("net.toml")


@pytest.mark.parametrize("item", ["2", "-1", "first", "0.0"])
def test_without_of_an_item_that_is_not_there_says_how_many_are(tmp_path: Path, item: str) -> None:
    _, (found,) = extended(tmp_path, f'without = ["train.optimizer.betas.{item}"]')
    assert found.code == "GF109"
    path, _, last = f"train.optimizer.betas.{item}".rpartition(".")
    assert found.message.endswith(f"`{path}` has no `{last}`")
    if item != "0.0":
        assert found.help == "its 2 items are numbered from 0"


def test_without_of_one_item_twice_finds_it_once(tmp_path: Path) -> None:
    name = "train.optimizer.betas.0"
    document, (found,) = extended(tmp_path, f'without = ["{name}", "{name}"]')
    assert document.values["train"]["optimizer"]["betas"] == [0.9]
    assert found.code == "GF109"


def test_a_list_of_specs_is_laid_over_each_other(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(BASE)
    (tmp_path / "other.toml").write_text("ganforge = 1\n[params]\nwidth = 8\ndepth = 2")
    text = """ganforge = 1
extends = ["base.toml", "other.toml"]
without = ["losses.penalty"]
[train]
batch = 2"""
    document, found = loads(text, folder=tmp_path)
    assert document is not None and not found
    assert document.values["params"] == {"width": 8, "depth": 2}
    assert document.values["train"]["optimizer"]["lr"] == 1e-4
    assert document.values["train"]["batch"] == 2
    assert document.values["losses"] == {}
    width = document.span(("params", "width"))
    assert width is not None and width.file.endswith("other.toml")
    assert document.inherited(("params", "width"))


def test_two_specs_may_extend_the_same_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(
            f'ganforge = 1\nextends = "dcgan"\n[gan]\n{name} = 1'
        )
    document, found = loads('ganforge = 1\nextends = ["a.toml", "b.toml"]', folder=tmp_path)
    assert document is not None and not found
    assert {"a", "b"} <= document.values["gan"].keys()


@pytest.mark.parametrize(
    ("names", "code"),
    [('["base.toml", 3]', "GF114"), ('["base.toml", "bas.toml"]', "GF121")],
)
def test_a_mistake_in_a_list_of_specs_is_told_at_its_entry(
    tmp_path: Path, names: str, code: str
) -> None:
    (tmp_path / "base.toml").write_text(BASE)
    document, (found,) = loads(f"ganforge = 1\nextends = {names}", folder=tmp_path)
    assert document is None
    assert found.code == code
    assert found.span is not None
    assert (found.span.line, found.span.column) == (2, 25)


def test_specs_that_double_at_every_step_are_refused(tmp_path: Path) -> None:
    (tmp_path / "0.toml").write_text("ganforge = 1")
    for k in range(1, 8):
        below = f"{k - 1}.toml"
        (tmp_path / f"{k}.toml").write_text(f'ganforge = 1\nextends = ["{below}", "{below}"]')
    document, (found,) = loads('ganforge = 1\nextends = "7.toml"', folder=tmp_path)
    assert document is None
    assert found.code == "GF118"


def test_without_of_what_is_not_there_names_what_is(tmp_path: Path) -> None:
    _, (found,) = extended(tmp_path, 'without = ["losses.gp"]')
    assert found.code == "GF109"
    assert found.message == "`losses.gp` is not inherited: `losses` has no `gp`"
    assert found.help == "known here: `penalty`"
    assert found.span is not None
    assert (found.span.line, found.span.column) == (3, 12)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('without = ["a"]', "GF109"),
        ("without = 1", "GF114"),
        ("without = [1]", "GF114"),
        ('without = ["a = 1"]', "GF114"),
    ],
)
def test_without_is_checked_where_nothing_is_inherited(line: str, code: str) -> None:
    _, found = loads(f"ganforge = 1\n{line}")
    assert [item.code for item in found] == [code]


def test_a_shipped_spec_is_extended_by_its_name() -> None:
    assert "dcgan" in shipped_names()
    document, found = loads('ganforge = 1\nextends = "dcgan"\n[params]\nwidth = 8')
    assert document is not None
    assert not found
    assert document.values["params"] == {
        "size": 64,
        "width": 8,
        "channels": 3,
        "doublings": "log2(size) - 3",
    }


@pytest.mark.parametrize(
    ("target", "code"),
    [('"dcgna"', "GF121"), ('"no/such.toml"', "GF121"), ('"a\\u0000b"', "GF121"), ("1", "GF114")],
)
def test_a_target_that_cannot_be_read_is_located(target: str, code: str) -> None:
    document, (found,) = loads(f"ganforge = 1\nextends = {target}")
    assert document is None
    assert found.code == code
    assert found.span is not None
    assert (found.span.line, found.span.column) == (2, 11)


def test_a_misspelled_target_names_the_nearest() -> None:
    _, (found,) = loads('ganforge = 1\nextends = "dcgna"')
    assert found.help == "did you mean the spec `dcgan`?"


def test_a_cycle_shows_its_way(tmp_path: Path) -> None:
    for name, target in (("a", "b"), ("b", "c"), ("c", "b")):
        text = f'ganforge = 1\nextends = "{target}.toml"'
        (tmp_path / f"{name}.toml").write_text(text)
    document, (found,) = load(tmp_path / "a.toml")
    assert document is None
    assert found.code == "GF108"
    way = [Path(name).name for name in found.message.split(": ")[1].split(" → ")]
    assert way == ["b.toml", "c.toml", "b.toml"]
    assert found.span is not None
    assert found.span.file.endswith("c.toml")


def test_a_broken_base_shows_who_extends_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("ganforge = 1\na = ")
    document, (found,) = loads('extends = "base.toml"\nganforge = 1', folder=tmp_path)
    assert document is None
    assert found.span is not None
    assert found.span.file.endswith("base.toml")
    assert [(label.span.file, label.text) for label in found.related] == [
        ("<text>", "extended from here")
    ]


def test_a_file_that_is_not_utf8_is_located(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("ganforge = 1\n# größe".encode("latin-1"))
    document, (found,) = load(path)
    assert document is None
    assert found.code == "GF121"
    assert found.span is not None
    assert (found.span.line, found.span.column) == (2, 5)


def test_a_missing_spec_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SpecNotFound, match=r"absent\.toml: No such file"):
        load(tmp_path / "absent.toml")
    with pytest.raises(SpecNotFound):
        load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbfganforge = 1")
    document, found = load(path)
    assert document is not None
    assert not found


@pytest.mark.parametrize("version", ["2", "true", "1.0", '"1"'])
def test_another_language_version_is_refused(version: str) -> None:
    document, (found,) = loads(f"ganforge = {version}")
    assert document is None
    assert found.code == "GF100"


def test_a_missing_language_version_is_reported_and_the_rest_is_read() -> None:
    document, (found,) = loads("train = 1")
    assert document is not None
    assert document.values == {"train": 1}
    assert (found.code, found.help) == ("GF100", "write `ganforge = 1` on the first line")


@pytest.mark.parametrize("text", ["", "a = 1", "[tool.other]"])
def test_a_file_of_something_else_is_no_spec(text: str) -> None:
    document, (found,) = loads(text)
    assert document is not None
    assert found.code == "GF100" and found.message.startswith("this is no spec")
