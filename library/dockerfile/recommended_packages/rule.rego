# METADATA
# title: apt without --no-install-recommends
# custom:
#   id: DF-022
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0029
#   - DL3015
#   why: More packages, more vulnerabilities.
#   fix: Add --no-install-recommends.
package library.dockerfile.recommended_packages

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	dockerfile.runs(command, {"apt-get", "apt"}, "install")
	not "--no-install-recommends" in command.words
	not _off_elsewhere(command)
	msg := sprintf("%s also installs what is only recommended", [command.program])
}

_off_elsewhere(command) if {
	some word in command.words
	regex.match(`(?i)APT::Install-Recommends=["']?(false|0)`, word)
}
