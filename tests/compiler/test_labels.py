"""What a spec may say of hidden and noisy labels."""

from __future__ import annotations

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

SYMMETRIC = '{ kind = "symmetric", rate = 0.3 }'
WRONG = {
    'label = { kind = "class", classes = 3, labelled = 0 }': "GF115",
    'label = { kind = "class", classes = 3, labelled = 9, labelled_share = 1 }': "GF115",
    'label = { kind = "class", classes = 3, labelled_share = 0.5 }': "GF111",
    'label = { kind = "class", classes = 3, corrupt = "symmetric" }': "GF114",
    'label = { kind = "class", classes = 3, corrupt = { kind = "symmetric" } }': "GF111",
    'label = { kind = "class", classes = 3, corrupt = { kind = "odd", rate = 1 } }': "GF110",
    'label = { kind = "class", classes = 3, corrupt = { kind = "pairs", rate = 1 } }': "GF115",
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
