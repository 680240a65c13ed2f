# METADATA
# title: Image set to a floating tag
# custom:
#   id: KUS-010
#   severity: medium
#   targets:
#   - Kustomization.gatewright.dev
#   why: What runs changes without a commit.
#   fix: Set a version or a digest.
package library.kustomize.floating_image

import data.lib.finding

violation contains finding.line(input.review.object.itemLines.images[i], msg) if {
	some i, entry in input.review.object.kustomization.images
	entry.newTag == "latest"
	not entry.digest
	msg := sprintf("the image %s is set to latest", [entry.name])
}
