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

violation contains finding.line(base.line, msg) if {
	some base in dockerfile.bases
	not image.pinned(base.image)
	msg := sprintf("the base image %q is not pinned by a digest", [base.image])
}
