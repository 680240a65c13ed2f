# METADATA
# title: sudo in RUN
# custom:
#   id: DF-010
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0010
#   - DL3004
#   - CKV2_DOCKER_1
#   why: It is not needed, and stays as a way to root.
#   fix: Switch with USER.
package library.dockerfile.sudo

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program == "sudo"
	msg := "sudo in a build: its behaviour depends on the terminal and on who may"
}
