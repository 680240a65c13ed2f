# METADATA
# title: Port 22 exposed
# custom:
#   id: DF-004
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0004
#   - CKV_DOCKER_1
#   why: A second way in, outside the cluster's access control.
#   fix: Remove the SSH server.
package library.dockerfile.ssh_port

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("EXPOSE")
	some port in instruction.args
	split(port, "/")[0] == "22"
	msg := "the container offers SSH"
}
