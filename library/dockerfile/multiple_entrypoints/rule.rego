# METADATA
# title: Multiple ENTRYPOINT
# custom:
#   id: DF-007
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0007
#   - DL4004
#   why: What is read is not what runs.
#   fix: Keep one.
package library.dockerfile.multiple_entrypoints

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(later.line, msg) if {
	some later in dockerfile.repeated("ENTRYPOINT")
	msg := "ENTRYPOINT stands more than once in the stage; the last one wins"
}
