# METADATA
# title: Required image label missing or invalid
# custom:
#   id: DF-039
#   severity: info
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3048
#   - DL3049
#   - DL3050
#   why: Nobody can say where the image comes from.
#   fix: Add the label.
#   parameters:
#     labels:
#       type: array
#       items:
#         type: string
#       description: Labels that an image must have.
package library.dockerfile.image_label_missing

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(dockerfile.final.line, msg) if {
	some name in input.parameters.labels
	not name in {pair.name | some instruction in dockerfile.named("LABEL"); some pair in instruction.pairs}
	msg := sprintf("the image has no label %s", [name])
}

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("LABEL")
	some pair in instruction.pairs
	pattern := _patterns[pair.name]
	not contains(pair.value, "$")
	not regex.match(pattern, pair.value)
	msg := sprintf("the label %s is not valid: %q", [pair.name, pair.value])
}

_patterns := {
	"org.opencontainers.image.created": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}`,
	"org.opencontainers.image.revision": `^[0-9a-f]{7,40}$`,
	"org.opencontainers.image.source": `^https?://`,
	"org.opencontainers.image.url": `^https?://`,
	"org.opencontainers.image.documentation": `^https?://`,
}
