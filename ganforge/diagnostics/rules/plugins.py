"""GF8xx: plugins."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

UNKNOWN_PART = Rule(
    "GF801",
    "unknown-part",
    Severity.ERROR,
    says="No plugin that loaded gives a block, loss, init or data source of this name.",
    why="Built-ins and third-party plugins are looked up by the same names.",
    bad='block = "convolution"',
    good='block = "conv"',
    see=("https://github.com/open-mmlab/mmagic/issues/548",),
)
NAME_CLASH = Rule(
    "GF802",
    "name-clash",
    Severity.ERROR,
    says="Two installed plugins give one name.",
    why="Choosing in silence would make a spec mean different things on different machines. A "
    "built-in part keeps its name: a plugin's of that name goes by `distribution/name` alone.",
    bad='block = "blur"\n# given by ganforge-kornia and by another distribution',
    good='block = "ganforge-kornia/blur"',
)
PLUGIN_FAILED = Rule(
    "GF803",
    "plugin-failed",
    Severity.WARNING,
    says="An installed plugin does not load; what it gives is not known.",
    why="The other plugins work all the same, so specs that do not need it do too.",
    bad="import a_package_that_is_not_installed",
    good="import math",
)
PLUGIN_INTERFACE = Rule(
    "GF804",
    "plugin-interface",
    Severity.WARNING,
    says="A plugin is written for another version of the plugin interface, and is left out.",
    why="Its declarations may be misread.",
    bad="GANFORGE_INTERFACE = 2",
    good="GANFORGE_INTERFACE = 1",
)
DECLARED_OTHERWISE = Rule(
    "GF806",
    "declared-otherwise",
    Severity.ERROR,
    says="A block gives another shape than its plugin declares, or a round of training fails.",
    why="Checks trust what plugins declare. `check --deep` tries it, on tensors without values.",
    bad="infer=lambda p, x: Tensor((64,))\n# and the module gives 32 values",
    good="infer=lambda p, x: Tensor((32,))",
)
HIDES_PLUGIN = Rule(
    "GF807",
    "hides-plugin",
    Severity.ERROR,
    says="A composite block has the name of a plugin's block.",
    why="The same word would mean two things in two specs.",
    bad="[blocks.conv]",
    good="[blocks.my-conv]",
)
UNKNOWN_HOOK = Rule(
    "GF809",
    "unknown-hook",
    Severity.WARNING,
    says="A plugin defines a hook that does not exist, or a hook without the mark `@hookimpl`.",
    why="It is never called, so what it gives is not known.",
    bad="@hookimpl\ndef ganforge_register_block(): ...",
    good="@hookimpl\ndef ganforge_register_blocks(): ...",
)
PLUGIN_RAISES = Rule(
    "GF810",
    "plugin-raises",
    Severity.ERROR,
    says="A block or loss of a plugin, or its parameters, fail on what a spec gives them.",
    why="That is a mistake of the plugin: it should refuse, with a reason, what it cannot take.",
    bad="def infer(p, x):\n    return x.with_shape(x.height // p.parts)",
    good='def infer(p, x):\n    if not x.is_image:\n        raise ShapeError("GF301", "...")',
)
RULE_RAISES = Rule(
    "GF811",
    "rule-raises",
    Severity.WARNING,
    says="A rule of a plugin fails while it looks at a spec.",
    why="Whether the spec breaks that rule is not known; all other rules are checked.",
    bad='def find(graph):\n    return [graph.networks["D"]]',
    good='def find(graph):\n    return [Finding(n.path, "...") for n in graph.networks.values()]',
)
LOCAL_CODE = Rule(
    "GF812",
    "local-code",
    Severity.ERROR,
    says="A spec names Python files of its own, and the user has not allowed them to run.",
    why="A spec is data: whoever checks, shows or emits one from elsewhere must be able to trust "
    "that nothing of it runs. Installed plugins are the user's own choice; these files are not.",
    bad='[plugins]\nlocal = ["my_blocks.py"]',
    good="ganforge check spec.toml --allow-local-code",
)
LOCAL_CODE_FAILS = Rule(
    "GF813",
    "local-code-fails",
    Severity.ERROR,
    says="A Python file that a spec names as its own cannot be imported as a plugin.",
    why="It is imported as a module by the name of the file, behind all that is installed.",
    bad='[plugins]\nlocal = ["torch.py"]',
    good='[plugins]\nlocal = ["my_blocks.py"]',
)
UNLISTED_PLUGIN = Rule(
    "GF814",
    "unlisted-plugin",
    Severity.WARNING,
    says="`GANFORGE_PLUGINS` names a distribution that has no plugins, or is not installed.",
    why="Only the plugins of these distributions load, so one that is meant may be missing.",
    bad="GANFORGE_PLUGINS=ganforge-extra",
    good="GANFORGE_PLUGINS=ganforge-extras",
)
