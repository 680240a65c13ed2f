# METADATA
# title: apt instead of apt-get
# custom:
#   id: DF-027
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3027
#   - CKV_DOCKER_9
#   why: The build breaks with a new release.
#   fix: Use apt-get.
package library.dockerfile.apt_in_script

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program == "apt"
	msg := "apt is meant for people; its output and options change"
}
