# METADATA
# title: Base image latest or untagged
# custom:
#   id: DF-001
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0001
#   - DL3006
#   - DL3007
#   - CKV_DOCKER_7
#   why: The image is another one tomorrow, and a build cannot be repeated.
#   fix: Name a version, better a digest.
package library.dockerfile.floating_base_image

import data.lib.dockerfile
import data.lib.finding
import data.lib.image

violation contains finding.line(base.line, msg) if {
	some base in dockerfile.bases
	image.floating(base.image)
	msg := sprintf("the base image %q has no fixed version", [base.image])
}
