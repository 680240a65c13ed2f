# METADATA
# title: ENV self reference or ONBUILD misuse
# custom:
#   id: DF-038
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3043
#   - DL3044
#   - DL3061
#   why: The value is not what it looks like, or the build fails.
#   fix: Set the variables in two lines.
package library.dockerfile.misplaced_instruction

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("ENV")
	some earlier, one in instruction.pairs
	some later, other in instruction.pairs
	earlier != later
	one.name != other.name
	regex.match(sprintf(`\$\{?%s\b`, [one.name]), other.value)
	msg := sprintf("ENV: %s does not see the %s that the same line sets", [other.name, one.name])
}

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("ONBUILD")
	instruction.onbuild in {"FROM", "ONBUILD", "MAINTAINER"}
	msg := sprintf("ONBUILD %s is not allowed", [instruction.onbuild])
}

violation contains finding.line(first.line, msg) if {
	first := dockerfile.instructions[0]
	not first.instruction in {"FROM", "ARG"}
	msg := sprintf("the file opens with %s instead of FROM", [first.instruction])
}
