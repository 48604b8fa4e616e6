"""The Python API."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import ganforge

TINY = {"size": 16, "width": 8, "train": {"batch": 4}}
CONDITIONAL = """ganforge = 1
extends = "gan"
[data.fields]
y = { kind = "class", classes = 10 }
[networks.G]
inputs = ["z", "y"]
layers = [
  { block = "linear", out = 784, act = "sigmoid", from = "concat(z, one_hot(y))" },
  { block = "reshape", shape = [1, 28, 28] },
]
[networks.D]
inputs = ["x", "y"]
layers = [
  { block = "embedding", out = 8, from = "y", id = "label" },
  { block = "linear", out = 1, from = "concat(flatten(x), label)" },
]
[conditioning]
c = { field = "y" }
[flow]
fake = "G(z, c)"
[losses.adversarial]
real = "D(x, y)"
fake = "D(fake, c)"
"""


def test_check_gives_the_report() -> None:
    assert ganforge.check("dcgan").ok
    report = ganforge.check("dcgan", {"size": 48})
    assert "GF105" in {d.code for d in report.errors}


def test_text_with_several_lines_is_a_spec() -> None:
    assert ganforge.check('ganforge = 1\nextends = "gan"\n').ok


def test_a_spec_with_errors_raises_the_whole_report() -> None:
    with pytest.raises(ganforge.SpecError) as caught:
        ganforge.build("dcgan", {"size": 48})
    assert str(caught.value) == str(ganforge.check("dcgan", {"size": 48}))


def test_a_misspelled_name_raises_with_the_nearest() -> None:
    with pytest.raises(ganforge.SpecNotFound, match="did you mean `dcgan`"):
        ganforge.emit("dcgn")


def test_build_gives_networks_that_are_called_with_tensors() -> None:
    gan = ganforge.build("dcgan", TINY)
    images = gan.networks["G"](torch.randn(4, 100))
    assert images.shape == (4, 3, 16, 16)
    assert gan.networks["D"](images).shape == (4, 1, 1, 1)
    assert f'SPEC = "{gan.spec_hash}"' in gan.program


def test_the_seed_decides_the_weights_and_nothing_else_is_moved() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first, again, other = (ganforge.build("dcgan", TINY, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.sample(2), again.sample(2))
    assert not torch.equal(first.sample(2), other.sample(2))
    assert torch.equal(torch.rand(3), expected)


def test_a_class_is_taken_as_index_or_as_one_hot() -> None:
    critic = ganforge.build(CONDITIONAL).networks["D"].eval()
    images, labels = torch.rand(4, 1, 28, 28), torch.tensor([0, 3, 9, 3])
    one_hot = torch.nn.functional.one_hot(labels, 10).float()
    assert torch.equal(critic(images, labels), critic(images, one_hot))


TEXTS = {"size": 64, "gf": 4, "df": 2, "condition": 3, "embedding": 5, "residuals": 1}


def test_samples_are_made_of_the_vectors_that_are_given() -> None:
    gan = ganforge.build("stackgan", TEXTS)
    one, other = torch.randn(2, 5, generator=torch.Generator().manual_seed(0)).mul(10).tolist()
    mixed = gan.sample(3, seed=1, vectors=[one, other])  # the first once more
    assert mixed.shape == (3, 3, 16, 16)  # `low` alone: the photograph beside it is no text's
    assert not torch.equal(mixed, gan.sample(3, seed=2, vectors=[one, other]))
    for number, vector in enumerate((one, other, one)):
        alike = gan.sample(3, seed=1, vectors={"text": torch.tensor([vector])})
        assert (mixed[number] - alike[number]).abs().max() < 1e-8
    assert (mixed[1] - alike[1]).abs().max() > 1e-6


@pytest.mark.parametrize(
    ("spec", "given", "says"),
    [
        ("stackgan", {"vectors": [[0.0] * 4]}, r"has the shape \[1, 4\], .* declares 5 numbers"),
        ("stackgan", {"vectors": [[0.0], [0.0, 1.0]]}, "what is given for `text` is no array"),
        ("stackgan", {"vectors": {"txt": [0.0] * 5}}, "from no vector `txt`: did you mean `text`"),
        (CONDITIONAL, {"vectors": [0.0]}, "makes no samples from a vector of the data"),
        (CONDITIONAL, {"vectors": [0.0], "classes": [1]}, "asked for no classes"),
    ],
)
def test_vectors_that_do_not_serve_are_refused(
    spec: str, given: dict[str, object], says: str
) -> None:
    gan = ganforge.build(spec, TEXTS if spec == "stackgan" else {})
    with pytest.raises((ganforge.CannotStart, ganforge.RunError), match=says):
        gan.sample(2, **given)


def test_a_trained_run_is_loaded_with_its_weights() -> None:
    run = ganforge.train("dcgan", TINY, rounds=2, out="run")
    assert run == Path("run")
    trained, fresh = ganforge.load(run), ganforge.build("dcgan", TINY)
    assert trained.spec_hash == fresh.spec_hash
    weight = "layers.1.weight"
    trained_weight = trained.networks["G"].state_dict()[weight]
    assert not torch.equal(trained_weight, fresh.networks["G"].state_dict()[weight])
    ganforge.train(resume=True, out=run, rounds=3)
    assert not torch.equal(trained_weight, ganforge.load(run).networks["G"].state_dict()[weight])


def test_params_are_what_set_says() -> None:
    script = ganforge.emit("dcgan", {"width": 8, "train.optimizer.betas": [0.0, 0.9]})
    assert "BETAS = (0.0, 0.9)" in script
    assert "nn.Conv2d(3, 8," in script


def test_loading_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ganforge.CannotStart, match=r"is no run: it has no `run\.json`"):
        ganforge.load(tmp_path)


def test_a_param_that_python_gives_is_reported_as_one() -> None:
    report = ganforge.check("dcgan", {"widht": 3, "size": 96})
    assert {d.span.file for d in report.errors if d.span and d.code == "GF123"} == {"params"}
    assert "--set" not in str(report)
