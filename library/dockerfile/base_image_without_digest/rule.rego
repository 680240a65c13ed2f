# METADATA
# title: Base image without a digest
# custom:
#   id: DF-002
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   why: A tag can be moved to another image.
#   fix: Append @sha256:… to the image.
package library.dockerfile.base_image_without_digest

import data.lib.dockerfile
import data.lib.finding
import data.lib.image

violation contains finding.line(stage.line, msg) if {
	some stage in dockerfile.stages
	not stage.image == "scratch"
	not dockerfile.earlier_stage(stage, stage.image)
	reference := dockerfile.expand(stage.image)
	not image.pinned(reference)
	msg := sprintf("the base image %q is not pinned by a digest", [reference])
}
