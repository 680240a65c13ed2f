# METADATA
# title: Distribution upgrade
# custom:
#   id: DF-021
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0024
#   - DL3035
#   why: The build cannot be repeated.
#   fix: Use a newer base image.
package library.dockerfile.distribution_upgrade

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some verb in ["dist-upgrade", "full-upgrade", "dist-upgrade", "dup"]
	dockerfile.runs(command, {"apt-get", "apt", "zypper"}, verb)
	msg := sprintf("%s %s makes another distribution of the base image", [command.program, verb])
}
