# METADATA
# title: Deprecated ENV form or undefined ARG in FROM
# custom:
#   id: DF-044
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   why: Builders warn and will stop reading it.
#   fix: Use the = form; declare the ARG before FROM.
package library.dockerfile.deprecated_form

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("ENV")
	instruction.legacy == true
	msg := "`ENV key value` is the old form; use ENV key=value"
}

violation contains finding.line(stage.line, msg) if {
	some stage in dockerfile.stages
	some name in regex.find_all_string_submatch_n(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`, stage.image, -1)
	not name[1] in _known
	msg := sprintf("FROM uses the variable %s, which no ARG before it declares", [name[1]])
}

_known := object.keys(input.review.object.globalArgs) | {"BUILDPLATFORM", "TARGETPLATFORM", "TARGETARCH", "TARGETOS", "BUILDARCH", "BUILDOS", "TARGETVARIANT", "BUILDVARIANT"}
