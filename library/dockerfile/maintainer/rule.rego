# METADATA
# title: MAINTAINER
# custom:
#   id: DF-019
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0022
#   - DL4000
#   - CKV_DOCKER_6
#   why: Tools read labels only.
#   fix: Use LABEL org.opencontainers.image.authors=….
package library.dockerfile.maintainer

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("MAINTAINER")
	msg := "MAINTAINER is deprecated"
}
