# METADATA
# title: Wildcard or empty host
# custom:
#   id: ING-002
#   severity: medium
#   targets:
#   - Ingress.networking.k8s.io
#   references:
#   - K8sBlockWildcardIngress
#   why: It can take over the hosts of others.
#   fix: Name the host.
package library.ingress.wildcard_host

import data.lib.finding

violation contains finding.at(["spec", "rules", i, "host"], [], msg) if {
	some i, rule in input.review.object.spec.rules
	host := object.get(rule, "host", "")
	_wild(host)
	msg := sprintf("Ingress %q takes the requests of every host %s", [finding.name, host])
}

_wild("")

_wild(host) if contains(host, "*")
