"""Whom the losses move that compare what networks make, and what may be compared."""

from __future__ import annotations

import pytest
import torch

from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry
from ganforge.runs.programs import import_program

CRITIC = """
[networks.D]
layers = [
  { id = "low", block = "conv", out = 4, stride = 2, act = "leaky-relu" },
  { id = "high", block = "conv", out = 4, stride = 2, act = "leaky-relu" },
  { block = "dropout", rate = 0.5 },
  { block = "linear", out = 1 },
]
outputs = { score = "prev", features = "[low, high]", low = "low" }

[losses.adversarial]
kind = "adversarial"
real = "D(x).score"
fake = "D(fake).score"
"""


def compiled(base: str, registry: Registry, loss: str, more: str = "") -> Compilation:
    text = base.replace('real = "D(x)"', 'real = "D(x).score"')
    text = text.replace('fake = "D(fake)"', 'fake = "D(fake).score"')
    start, end = text.index("[networks.D]"), text.index("[flow]")
    network = CRITIC.split("[losses.adversarial]")[0]
    text = f"{text[:start]}{network}{text[end:]}\n[losses.other]\n{loss}\n{more}"
    return compile_spec(text, registry=registry)


MOVED = {
    'kind = "consistency"\nfirst = "D(x).score"\nsecond = "D(blur(x)).score"': {"D"},
    'kind = "consistency"\nfirst = "D(fake).score"\nsecond = "D(blur(fake)).score"': {"D"},
    'kind = "consistency"\nfirst = "D(x).low"\nsecond = "fresh(D(x)).low"\nmargin = 0.2': {"D"},
    'kind = "critic-only"\nscore = "D(roll(fake)).score"\nis = "fake"': {"D"},
    'kind = "feature-matching"\nfirst = "D(x).features"\nsecond = "D(fake).features"': {"G"},
    'kind = "feature-matching"\nnorm = "l1"\nfirst = "D(x).low"\nsecond = "D(fake).low"': {"G"},
    'kind = "total-variation"\nimage = "fake"': {"G"},
    'kind = "kl-to-normal"\nmean = "G(z)"\nlog_variance = "G(roll(z))"': {"G"},
}


@pytest.mark.parametrize("loss", MOVED)
def test_it_moves_whom_it_shall(base: str, registry: Registry, loss: str) -> None:
    compilation = compiled(base, registry, loss)
    assert not compilation.report.diagnostics, str(compilation.report)
    assert compilation.graph is not None
    (term,) = [term for term in compilation.graph.terms if term.loss == "other"]
    assert set(term.moves) == MOVED[loss]


@pytest.mark.parametrize("loss", MOVED)
def test_a_round_gives_it_a_value_under_its_own_name(
    base: str, registry: Registry, loss: str
) -> None:
    program = import_program(compiled(base, registry, loss).program().text)
    state, data = program.build(0, torch.device("cpu")), program.open_data("shapes")
    losses = program.train_round(state, *program.draw(state, data))
    assert set(losses) == {"adversarial.critic", "adversarial.generator", "other"}
    assert losses["other"].isfinite()


def test_an_encoder_of_real_samples_is_not_moved_by_matched_features(
    base: str, registry: Registry
) -> None:
    more = """
[networks.E]
layers = [{ block = "conv", out = 1 }]
[losses.code]
kind = "reconstruction"
original = "x"
reconstruction = "E(x)"
"""
    loss = 'kind = "feature-matching"\nfirst = "D(E(x)).low"\nsecond = "D(fake).low"'
    compilation = compiled(base, registry, loss, more)
    assert compilation.report.ok, str(compilation.report)
    assert compilation.graph is not None
    (term,) = [term for term in compilation.graph.terms if term.loss == "other"]
    assert set(term.moves) == {"G"}


def test_a_critic_is_left_alone_by_consistency_of_fakes(base: str, registry: Registry) -> None:
    """The generator's weights after a round are those of a round without the loss."""
    loss = 'kind = "consistency"\nfirst = "D(fake).score"\nsecond = "D(blur(fake)).score"'
    weights = []
    for other in (loss, f"{loss}\nweight = 100"):
        program = import_program(compiled(base, registry, other).program().text)
        state, data = program.build(0, torch.device("cpu")), program.open_data("shapes")
        drawn = program.draw(state, data)
        program.critic_step(state, *drawn[0])
        weights.append([w.clone() for w in state.networks["G"].parameters()])
    assert all(a.equal(b) for a, b in zip(*weights, strict=True))
