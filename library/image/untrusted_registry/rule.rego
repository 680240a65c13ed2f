# METADATA
# title: Image from a registry that is not allowed
# custom:
#   id: WL-010
#   severity: medium
#   targets:
#   - workload
#   references:
#   - KSV-0125
#   - KSV-0124
#   - K8sAllowedRepos
#   why: An image from anywhere is a program from anyone.
#   fix: Mirror the image to an allowed registry.
#   parameters:
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Registries, or paths below them, that images may come from.
#   required:
#   - allowed
package library.image.untrusted_registry

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, ["image"], msg) if {
	some c in workload.containers
	not image.from_one_of(c.spec.image, input.parameters.allowed)
	msg := sprintf("container %q: the image %q is from none of the allowed registries", [c.name, c.spec.image])
}
