"""What a spec may say of hidden and noisy labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

SYMMETRIC = '{ kind = "symmetric", rate = 0.3 }'
FILE = '{ kind = "matrix", file = "matrix.csv" }'
WRONG = {
    'label = { kind = "class", classes = 3, labelled = 0 }': "GF115",
    'label = { kind = "class", classes = 3, labelled = 9, labelled_share = 1 }': "GF115",
    'label = { kind = "class", classes = 3, labelled_share = 0.5 }': "GF111",
    'label = { kind = "class", classes = 3, corrupt = "symmetric" }': "GF114",
    'label = { kind = "class", classes = 3, corrupt = { kind = "symmetric" } }': "GF111",
    'label = { kind = "class", classes = 3, corrupt = { kind = "odd", rate = 1 } }': "GF110",
    'label = { kind = "class", classes = 3, corrupt = { kind = "pairs", rate = 1 } }': "GF115",
    'label = { kind = "class", classes = 3, corrupt = { kind = "matrix" } }': "GF111",
    'label = { kind = "class", classes = 3, corrupt = { kind = "matrix", rows = [[1]] } }': "GF115",
    'label = { kind = "class", classes = 2, corrupt = { kind = "matrix", '
    "rows = [[1, 0], [0.5, 0.4]] } }": "GF115",
    'label = { kind = "class", classes = 2, corrupt = { kind = "matrix", '
    "rows = [[1, 0], [2, -1]] } }": "GF115",
    'label = { kind = "class", classes = 1, corrupt = { kind = "matrix", rate = 1, '
    "rows = [[1]] } }": "GF115",
    'label = { kind = "class", classes = 3 }\n[conditioning]\n'
    f'y = {{ field = "x", draw = "data", noise = {SYMMETRIC} }}': "GF115",
}
PARTLY = 'label = { kind = "class", classes = 3, labelled = 9, labelled_share = 0.5 }'


@pytest.mark.parametrize("field", WRONG)
def test_labels_that_cannot_be_are_one_finding(base: str, registry: Registry, field: str) -> None:
    text = base.replace("[latents]", f"{field}\n[latents]", 1)
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.code for d in errors] == [WRONG[field]] and errors[0].help


def test_a_batch_is_divided_by_one_field_and_domains_have_all_labels(
    base: str, registry: Registry
) -> None:
    other = PARTLY.replace("label =", "other =")
    both = base.replace("[latents]", f"{PARTLY}\n{other}\n[latents]", 1)
    domains = base.replace("[latents]", f"a = {{ kind = 'image', size = 8 }}\n{PARTLY}\n[latents]")
    domains = domains.replace("[data]", "[data]\npaired = false", 1)
    for text, said in ((both, "labels of one field"), (domains, "these are domains")):
        errors = compile_spec(text, registry=registry).report.errors
        assert any(d.code == "GF115" and said in d.message for d in errors)


@pytest.mark.parametrize(("given", "codes"), [("label", ["GF504"]), ("z_y", ["GF504"]), ("y", [])])
def test_a_network_may_see_labels_that_all_samples_have(
    base: str, registry: Registry, given: str, codes: list[str]
) -> None:
    conditions = 'y = { field = "label" }\nz_y = { field = "label", draw = "data" }'
    field = f"{PARTLY}\n[conditioning]\n{conditions}\n[latents]"
    text = base.replace("[latents]", field, 1).replace("G(z)", f"G(concat(z, one_hot({given})))")
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.code for d in errors] == codes


def test_noise_may_be_undone_and_put_on_in_turn(base: str, registry: Registry) -> None:
    conditions = f'y = {{ field = "label", noise = {SYMMETRIC} }}'
    field = f'label = {{ kind = "class", classes = 3 }}\n[conditioning]\n{conditions}\n[latents]'
    for function, codes in (
        ("clean(corrupt(y))", []),
        ("corrupt(clean(label))", []),
        ("corrupt(corrupt(y))", ["GF505"]),
        ("clean(y)", ["GF505"]),
        ("corrupt(z)", ["GF505"]),
    ):
        made = base.replace("[latents]", field, 1)
        made = made.replace("G(z)", f"G(concat(z, one_hot({function})))")
        errors = compile_spec(made, registry=registry).report.errors
        assert [d.code for d in errors] == codes, function


SPEC = """
ganforge = 1
extends = "acgan-cifar"
[params]
width = 8
[conditioning]
y = { noise = NOISE }
[losses.class_real]
noise = "y"
"""
MATRIX = "\n".join(", ".join(str(float(j == (i + 1) % 10)) for j in range(10)) for i in range(10))


def test_a_matrix_is_read_from_a_file_beside_the_spec(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "matrix.csv").write_text(MATRIX)
    (tmp_path / "base.toml").write_text(SPEC.replace("NOISE", FILE))
    (tmp_path / "below").mkdir()
    spec = tmp_path / "below" / "spec.toml"
    spec.write_text('ganforge = 1\nextends = "../base.toml"\n')
    monkeypatch.chdir(tmp_path / "below")
    compilation = compile_spec(spec, registry=registry)
    assert not compilation.report.errors, compilation.report
    program = compilation.program()
    assert "TRANSITION = torch.tensor(" in program.text
    (tmp_path / "matrix.csv").write_text(MATRIX.replace("\n", "\n\n").replace(", ", " "))
    assert compile_spec(spec, registry=registry).program().spec_hash == program.spec_hash
    rolled = "\n".join(MATRIX.splitlines()[::-1])
    (tmp_path / "matrix.csv").write_text(rolled)
    assert compile_spec(spec, registry=registry).program().spec_hash != program.spec_hash


@pytest.mark.parametrize(
    ("written", "code"),
    [(None, "GF121"), ("1, 2\n", "GF115"), ("a, b\n", "GF115"), ("", "GF115"), ("1", "GF115")],
)
def test_a_file_that_is_no_matrix_is_one_finding(
    tmp_path: Path, registry: Registry, written: str | None, code: str
) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC.replace("NOISE", FILE))
    if written is not None:
        (tmp_path / "matrix.csv").write_text(written)
    errors = compile_spec(spec, registry=registry).report.errors
    assert [d.code for d in errors] == [code] and errors[0].help
    assert errors[0].span is not None and errors[0].span.line == 7


@pytest.mark.parametrize("noise", [SYMMETRIC, '{ kind = "pairs", rate = 0.3, pairs = [[0, 1]] }'])
def test_a_class_loss_corrects_for_noise_that_it_knows(registry: Registry, noise: str) -> None:
    program = compile_spec(SPEC.replace("NOISE", noise), registry=registry).program()
    assert "noisy_class(" in program.text


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ('[losses.class_real]\nnoise = "z"', "not `z`"),
        ('[losses.class_fake]\nnoise = "y"', "are clean"),
    ],
)
def test_noise_that_a_class_does_not_have_is_refused(
    registry: Registry, loss: str, said: str
) -> None:
    text = SPEC.replace("NOISE", SYMMETRIC).replace('[losses.class_real]\nnoise = "y"', loss)
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.code for d in errors] == ["GF505"] and said in errors[0].message
