# METADATA
# title: Base image from a registry that is not allowed
# custom:
#   id: DF-036
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3026
#   why: An image from anywhere is a program from anyone.
#   fix: Mirror the image to an allowed registry.
#   parameters:
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Registries, or paths below them, that base images may come from.
#   required:
#   - allowed
package library.dockerfile.untrusted_base_registry

import data.lib.dockerfile
import data.lib.finding
import data.lib.image

violation contains finding.line(base.line, msg) if {
	some base in dockerfile.bases
	not image.from_one_of(base.image, input.parameters.allowed)
	msg := sprintf("the base image %q is from none of the allowed registries", [base.image])
}
