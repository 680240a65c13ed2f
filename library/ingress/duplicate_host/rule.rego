# METADATA
# title: Host and path claimed twice
# custom:
#   id: ING-004
#   severity: medium
#   targets:
#   - Ingress.networking.k8s.io
#   references:
#   - K8sUniqueIngressHost
#   why: Which one answers is chance.
#   fix: Give one of them another host or path.
#   sync:
#   - networking.k8s.io/v1/Ingress
package library.ingress.duplicate_host

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "rules", i, "host"], [], msg) if {
	some i, rule in input.review.object.spec.rules
	some path in rule.http.paths
	some other in inventory.everywhere("Ingress")
	_name(other) != _name(input.review.object)
	some its in other.spec.rules
	its.host == rule.host
	some its_path in its.http.paths
	object.get(its_path, "path", "/") == object.get(path, "path", "/")
	msg := sprintf("%s%s is also claimed by Ingress %s", [rule.host, object.get(path, "path", "/"), _name(other)])
}

_name(object_) := sprintf("%s/%s", [object.get(object_, ["metadata", "namespace"], "default"), object_.metadata.name])
