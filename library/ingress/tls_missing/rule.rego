# METADATA
# title: Ingress without TLS
# custom:
#   id: ING-001
#   severity: medium
#   targets:
#   - Ingress.networking.k8s.io
#   references:
#   - K8sHttpsOnly
#   why: Passwords and sessions go over the wire in the clear.
#   fix: Add spec.tls.
package library.ingress.tls_missing

import data.lib.finding

violation contains finding.at(["spec", "tls"], [], msg) if {
	count(object.get(input.review.object.spec, "tls", [])) == 0
	not _by_the_cloud
	msg := sprintf("Ingress %q serves plain HTTP", [finding.name])
}

violation contains finding.at(["spec", "rules", i, "host"], [], msg) if {
	count(input.review.object.spec.tls) > 0
	hosts := {host | some entry in input.review.object.spec.tls; some host in entry.hosts}
	count(hosts) > 0
	some i, rule in input.review.object.spec.rules
	rule.host
	not _covered(hosts, rule.host)
	msg := sprintf("no TLS entry covers %s", [rule.host])
}

_covered(hosts, host) if host in hosts

_covered(hosts, host) if concat(".", array.concat(["*"], array.slice(split(host, "."), 1, count(split(host, "."))))) in hosts

# The clouds' controllers are told of certificates by annotations.
_by_the_cloud if {
	some key, value in input.review.object.metadata.annotations
	key in {
		"alb.ingress.kubernetes.io/certificate-arn", "ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/managed-certificates",
	}
	value != ""
}
