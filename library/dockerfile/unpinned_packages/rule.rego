# METADATA
# title: Package versions not pinned
# custom:
#   id: DF-025
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3008
#   - DL3013
#   - DL3016
#   - DL3018
#   - DL3028
#   - DL3033
#   - DL3037
#   - DL3041
#   - DL3062
#   why: The build gives another image tomorrow.
#   fix: Pin the versions.
package library.dockerfile.unpinned_packages

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some manager in _managers
	some verb in manager.verbs
	dockerfile.runs(command, manager.programs, verb)
	loose := [word |
		some word in _packages(command, verb)
		not regex.match(manager.pinned, word)
		not regex.match(`^(\.|/|https?:|git\+|\$|file:)`, word)
	]
	count(loose) > 0
	msg := sprintf("%s %s without a version: %s", [command.program, verb, concat(", ", loose)])
}

_managers := [
	{"programs": {"apt-get", "apt", "aptitude"}, "verbs": ["install"], "pinned": `=|\.deb$|/`},
	{"programs": {"apk"}, "verbs": ["add"], "pinned": `[=<>~]|\.apk$`},
	{"programs": {"pip", "pip3"}, "verbs": ["install"], "pinned": `[=<>~@]=|@|\.(whl|txt|gz|zip)$`},
	{"programs": {"npm"}, "verbs": ["install", "i", "add"], "pinned": `.@|\.tgz$`},
	{"programs": {"gem"}, "verbs": ["install"], "pinned": `:[0-9]|\.gem$`},
	{"programs": {"yum", "dnf", "microdnf", "zypper"}, "verbs": ["install", "in"], "pinned": `-[0-9]|=|\.rpm$`},
	{"programs": {"go"}, "verbs": ["install"], "pinned": `@`},
]

_valued := {"-t", "-o", "-r", "-c", "--virtual", "--repository", "-X", "--requirement", "--constraint", "-i", "--index-url", "--extra-index-url", "--target", "--prefix", "-v", "--version", "--find-links", "-f", "-e", "--editable", "--registry", "--root", "--trusted-host", "--cache-dir", "--cert", "--proxy", "--timeout", "--platform", "--python-version", "--option", "--target-release", "--default-release"}

_packages(command, verb) := [word |
	not _versioned(command)
	some i, word in command.words
	i > 0
	not startswith(word, "-")
	word != verb
	not command.words[i - 1] in _valued
	not contains(word, ">")
]

# gem install -v 1.2 pins by option; pip with hashes pins by file.
_versioned(command) if {
	some word in command.words
	word in {"-v", "--version", "--require-hashes"}
}

_versioned(command) if {
	some word in command.words
	startswith(word, "--version=")
}
