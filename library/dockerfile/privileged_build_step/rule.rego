# METADATA
# title: Privileged build step
# custom:
#   id: DF-040
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   why: A build step takes the builder.
#   fix: Remove the flag.
package library.dockerfile.privileged_build_step

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("RUN")
	"insecure" in instruction.flags.security
	msg := "RUN --security=insecure has every right on the builder"
}

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("RUN")
	"host" in instruction.flags.network
	msg := "RUN --network=host shares the builder's network"
}

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.instructions
	contains(instruction.text, "docker.sock")
	msg := "the container runtime's socket"
}
