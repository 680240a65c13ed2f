# METADATA
# title: COPY --from its own stage
# custom:
#   id: DF-006
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0006
#   - DL3023
#   why: The build fails.
#   fix: Name another stage.
package library.dockerfile.copy_from_self

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("COPY")
	some source in instruction.flags.from
	stage := dockerfile.stages[instruction.stage]
	stage.name != ""
	lower(source) == lower(stage.name)
	msg := sprintf("the stage %s copies from itself", [stage.name])
}
