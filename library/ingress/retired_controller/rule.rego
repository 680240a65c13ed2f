# METADATA
# title: Retired ingress controller
# custom:
#   id: ING-007
#   severity: medium
#   targets:
#   - workload
#   - IngressClass.networking.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0292
#   why: The project was retired in March 2026.
#   fix: Move to a maintained controller or to the Gateway API.
package library.ingress.retired_controller

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, ["image"], msg) if {
	some c in workload.containers
	contains(c.spec.image, "ingress-nginx/controller")
	image.name(c.spec.image) == "controller"
	msg := sprintf("container %q runs ingress-nginx, which gets no more security fixes", [c.name])
}

violation contains finding.at(["spec", "controller"], [], msg) if {
	input.review.object.kind == "IngressClass"
	input.review.object.spec.controller == "k8s.io/ingress-nginx"
	msg := "the class is served by ingress-nginx, which gets no more security fixes"
}
