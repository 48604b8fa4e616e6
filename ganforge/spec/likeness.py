"""`like`: a network with the architecture of another and weights of its own."""

from __future__ import annotations

from collections.abc import Mapping

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.spec.findings import Findings
from ganforge.spec.models import NetworkTable

OWN_KEYS = ("like", "frozen")


def check_likeness(
    networks: Mapping[str, NetworkTable], findings: Findings
) -> dict[str, NetworkTable]:
    """The networks that have layers, their own or through `like`; what is wrong is reported."""
    found = {
        name: table
        for name, table in networks.items()
        if (_has_layers(name, findings) if table.like is None else _leads(name, networks, findings))
    }
    return {name: table for name, table in found.items() if _stands(name, found)}


def _stands(name: str, found: Mapping[str, NetworkTable]) -> bool:
    """Whether the network that it is like, if any, could be read too."""
    while name in found and (target := found[name].like) is not None:
        name = target
    return name in found


def _has_layers(name: str, findings: Findings) -> bool:
    if "layers" in findings.document.values["networks"][name]:
        return True
    help = 'write `layers = [...]`, or `like = "G"`'
    findings.add("GF111", ("networks", name), f"the network `{name}` needs `layers`", help)
    return False


def _leads(name: str, networks: Mapping[str, NetworkTable], findings: Findings) -> bool:
    """Whether `like` leads to a network with layers of its own."""
    for key in findings.document.values["networks"][name]:
        if key not in OWN_KEYS:
            message = f"`{name}` is like another network, and has no `{key}` of its own"
            help = f"remove `{key}`, or write all layers of `{name}`"
            findings.add("GF102", ("networks", name, key), message, help, key=True)
    chain = [name]
    while (target := networks[chain[-1]].like) is not None:
        path = ("networks", chain[-1], "like")
        if target in chain:
            text = " → ".join([*chain[chain.index(target) :], target])
            if target == name and name == min(chain, key=list(networks).index):
                message = f"these networks are like each other: {text}"
                findings.add("GF108", path, message, "one of them has layers of its own")
            return False
        if target not in networks:
            if target not in findings.document.values["networks"]:
                help = did_you_mean(target, [n for n in networks if n != name], "network")
                findings.add("GF201", path, f"no network is called `{target}`", help)
            return False
        chain.append(target)
    return True
