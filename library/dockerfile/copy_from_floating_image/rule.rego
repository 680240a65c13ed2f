# METADATA
# title: COPY --from an unpinned image
# custom:
#   id: DF-043
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3022
#   why: The files are others tomorrow.
#   fix: Name a version or a digest.
package library.dockerfile.copy_from_floating_image

import data.lib.dockerfile
import data.lib.finding
import data.lib.image

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("COPY")
	some source in instruction.flags.from
	not lower(source) in dockerfile.stage_names
	not regex.match(`^[0-9]+$`, source)
	not contains(source, "$")
	image.floating(source)
	msg := sprintf("COPY --from=%s takes files from an image without a fixed version", [source])
}
