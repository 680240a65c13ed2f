# METADATA
# title: HEALTHCHECK missing or repeated
# custom:
#   id: DF-020
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0023
#   - DS-0026
#   - DL3012
#   - DL3057
#   - CKV_DOCKER_2
#   why: A hanging container goes on being used.
#   fix: Add a HEALTHCHECK, or HEALTHCHECK NONE if Kubernetes probes do it.
package library.dockerfile.healthcheck

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(dockerfile.final.line, msg) if {
	count(_checks) == 0
	msg := "no HEALTHCHECK: outside Kubernetes nothing notices that the program hangs"
}

violation contains finding.line(_checks[later].line, msg) if {
	some later, _ in _checks
	later > 0
	msg := "HEALTHCHECK stands more than once; the last one wins"
}

_checks := [instruction | some instruction in dockerfile.final_instructions; instruction.instruction == "HEALTHCHECK"]
