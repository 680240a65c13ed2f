# METADATA
# title: Tiller or the Kubernetes dashboard deployed
# custom:
#   id: WL-049
#   severity: high
#   targets:
#   - workload
#   references:
#   - KSV-0102
#   - CKV_K8S_33
#   - CKV_K8S_34
#   why: Both have long been ways to take a whole cluster.
#   fix: Remove it; Helm 3 needs no Tiller.
#   parameters:
#     images:
#       type: array
#       items:
#         type: string
#       description: Last parts of image names that may not run.
package library.workload.forbidden_component

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, ["image"], msg) if {
	some c in workload.containers
	name := image.name(c.spec.image)
	name in object.get(input.parameters, "images", ["tiller", "kubernetes-dashboard", "kubernetes-dashboard-amd64"])
	msg := sprintf("container %q runs %s", [c.name, name])
}
