# METADATA
# title: Package cache not cleaned
# custom:
#   id: DF-015
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0015
#   - DS-0019
#   - DS-0020
#   - DS-0025
#   - DS-0027
#   - DL3009
#   - DL3019
#   - DL3032
#   - DL3036
#   - DL3040
#   why: The image carries what nobody uses.
#   fix: Remove the cache in the same RUN, or use a cache mount.
package library.dockerfile.package_cache_kept

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.stage == dockerfile.final.index
	some manager in _managers
	some verb in manager.install
	dockerfile.runs(command, {manager.program}, verb)
	not _cleaned(command, manager)
	msg := sprintf("%s leaves its cache in the layer", [manager.program])
}

_managers := [
	{"program": "apt-get", "install": ["install", "update"], "caches": ["/var/lib/apt/lists", "/var/cache/apt"], "options": []},
	{"program": "apt", "install": ["install", "update"], "caches": ["/var/lib/apt/lists", "/var/cache/apt"], "options": []},
	{"program": "yum", "install": ["install"], "caches": ["/var/cache/yum"], "options": []},
	{"program": "dnf", "install": ["install"], "caches": ["/var/cache/dnf"], "options": []},
	{"program": "microdnf", "install": ["install"], "caches": ["/var/cache/yum", "/var/cache/dnf"], "options": []},
	{"program": "zypper", "install": ["install", "in"], "caches": ["/var/cache/zypp"], "options": []},
	{"program": "apk", "install": ["add"], "caches": ["/var/cache/apk"], "options": ["--no-cache"]},
]

_cleaned(command, manager) if {
	some option in manager.options
	option in command.words
}

_cleaned(command, manager) if {
	some other in dockerfile.commands
	other.instruction == command.instruction
	other.program == "rm"
	some word in other.words
	some cache in manager.caches
	startswith(word, cache)
}

_cleaned(command, manager) if {
	some other in dockerfile.commands
	other.instruction == command.instruction
	other.program == manager.program
	some word in other.words
	word in {"clean", "cc"}
	manager.program != "apt-get"
}

# A cache mount keeps the cache out of the layer.
_cleaned(command, manager) if {
	some mount in command.mounts
	some cache in array.concat(manager.caches, ["/var/lib/apt"])
	contains(mount, cache)
}

# The images of Debian and Ubuntu delete what apt downloads; only an update of this instruction leaves its lists.
_cleaned(command, manager) if {
	manager.program in {"apt", "apt-get"}
	every other in dockerfile.commands {
		not _updates(command, other)
	}
}

# `apt-get update` alone is another rule's; here it counts only where it also installs.
_cleaned(command, manager) if {
	dockerfile.operands(command.words)[0] == "update"
	count([other | some other in dockerfile.commands; other.instruction == command.instruction; dockerfile.operands(other.words)[0] == "install"]) > 0
}

_updates(command, other) if {
	other.instruction == command.instruction
	other.program in {"apt", "apt-get"}
	dockerfile.operands(other.words)[0] == "update"
}
