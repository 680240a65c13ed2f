# METADATA
# title: RUN cd instead of WORKDIR
# custom:
#   id: DF-013
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0013
#   - DL3003
#   why: The next line runs in the old directory.
#   fix: Use WORKDIR.
package library.dockerfile.cd_instead_of_workdir

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program == "cd"
	count([other | some other in dockerfile.commands; other.instruction == command.instruction]) == 1
	msg := "cd has no effect on the next instruction"
}
