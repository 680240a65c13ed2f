# METADATA
# title: Duplicate stage name
# custom:
#   id: DF-012
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0012
#   - DL3024
#   - CKV_DOCKER_11
#   why: COPY --from takes one of them.
#   fix: Give each its own name.
package library.dockerfile.duplicate_stage

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(later.line, msg) if {
	some earlier in dockerfile.stages
	some later in dockerfile.stages
	earlier.index < later.index
	earlier.name != ""
	lower(earlier.name) == lower(later.name)
	msg := sprintf("two stages are called %s", [earlier.name])
}
