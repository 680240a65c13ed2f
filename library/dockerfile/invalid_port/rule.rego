# METADATA
# title: EXPOSE out of range
# custom:
#   id: DF-008
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0008
#   - DL3011
#   why: The build fails or the port is never reached.
#   fix: Use a port up to 65535.
package library.dockerfile.invalid_port

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("EXPOSE")
	some port in instruction.args
	some number in split(split(port, "/")[0], "-")
	regex.match(`^[0-9]+$`, number)
	to_number(number) > 65535
	msg := sprintf("there is no port %s", [number])
}
