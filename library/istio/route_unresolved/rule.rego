# METADATA
# title: Route to nowhere
# custom:
#   id: IST-026
#   severity: medium
#   targets:
#   - VirtualService.networking.istio.io
#   references:
#   - IST0101
#   - IST0132
#   why: Requests are answered with 503.
#   fix: Correct the name.
#   sync:
#   - networking.istio.io/v1/DestinationRule
#   - networking.istio.io/v1/Gateway
package library.istio.route_unresolved

import data.lib.finding
import data.lib.inventory

violation contains finding.at(path, ["destination", "subset"], msg) if {
	walk(input.review.object.spec, [rest, route])
	is_object(route.destination)
	path := array.concat(["spec"], rest)
	subset := route.destination.subset
	rules := [found | some found in inventory.objects(inventory.namespace, "DestinationRule"); split(found.spec.host, ".")[0] == split(route.destination.host, ".")[0]]
	count(rules) > 0
	not subset in {known.name | some found in rules; some known in found.spec.subsets}
	msg := sprintf("VirtualService %q: no DestinationRule has the subset %q of %s", [finding.name, subset, route.destination.host])
}

violation contains finding.at(["spec", "gateways", i], [], msg) if {
	some i, name in input.review.object.spec.gateways
	name != "mesh"
	not contains(name, "/")
	gateways := inventory.objects(inventory.namespace, "Gateway")
	count(gateways) > 0
	not name in {gateway.metadata.name | some gateway in gateways}
	msg := sprintf("VirtualService %q: the namespace has no Gateway %q", [finding.name, name])
}
