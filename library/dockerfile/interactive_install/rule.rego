# METADATA
# title: Installation that asks
# custom:
#   id: DF-018
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0021
#   - DL3014
#   - DL3030
#   - DL3034
#   - DL3038
#   why: The build stops.
#   fix: Add -y.
package library.dockerfile.interactive_install

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some verb in ["install", "in", "upgrade", "dist-upgrade", "groupinstall"]
	dockerfile.runs(command, {"apt-get", "apt", "yum", "dnf", "zypper", "microdnf", "aptitude"}, verb)
	not _assumes_yes(command)
	msg := sprintf("%s %s asks, and a build cannot answer", [command.program, verb])
}

_assumes_yes(command) if dockerfile.short_option(command.words, "y")

_assumes_yes(command) if {
	some option in dockerfile.options(command.words)
	option in {"--yes", "--assume-yes", "--assumeyes", "--non-interactive", "-n", "--no-confirm", "--force-yes", "-qq", "--quiet=2", "-q=2"}
}
