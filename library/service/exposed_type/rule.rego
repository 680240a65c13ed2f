# METADATA
# title: Service open to the outside
# custom:
#   id: SVC-002
#   severity: low
#   targets:
#   - Service
#   references:
#   - kube-score
#   why: It passes by the Ingress and what that checks.
#   fix: Use ClusterIP behind an Ingress or Gateway, or set loadBalancerSourceRanges.
package library.service.exposed_type

import data.lib.finding

violation contains finding.at(["spec", "type"], [], msg) if {
	input.review.object.spec.type == "NodePort"
	msg := sprintf("Service %q opens a port on every node", [finding.name])
}

violation contains finding.at(["spec", "type"], [], msg) if {
	input.review.object.spec.type == "LoadBalancer"
	count(object.get(input.review.object.spec, "loadBalancerSourceRanges", [])) == 0
	msg := sprintf("Service %q has a load balancer that takes every source", [finding.name])
}
