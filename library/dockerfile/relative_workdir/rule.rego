# METADATA
# title: WORKDIR relative
# custom:
#   id: DF-009
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0009
#   - DL3000
#   - CKV_DOCKER_10
#   why: A change of the base image moves the files.
#   fix: Use an absolute path.
package library.dockerfile.relative_workdir

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("WORKDIR")
	path := instruction.args[0]
	not regex.match(`^("|')?(/|\$|[A-Za-z]:)`, path)
	not _absolute_before(instruction)
	msg := sprintf("WORKDIR %s depends on the base image's working directory", [path])
}

_absolute_before(instruction) if {
	some other in dockerfile.named("WORKDIR")
	other.stage == instruction.stage
	other.line < instruction.line
	startswith(other.args[0], "/")
}
