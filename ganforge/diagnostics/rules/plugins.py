"""GF8xx: plugins."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

UNKNOWN_PART = Rule(
    "GF801",
    "unknown-part",
    Severity.ERROR,
    says="No installed plugin gives a block, loss, init or data source of this name.",
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
    why="Choosing in silence would make a spec mean different things on different machines.",
    bad='block = "conv"\n# given by ganforge and by another distribution',
    good='block = "ganforge/conv"',
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
    Severity.ERROR,
    says="A plugin is written for another version of the plugin interface.",
    why="Its declarations may be misread.",
    bad="GANFORGE_INTERFACE = 2",
    good="GANFORGE_INTERFACE = 1",
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
