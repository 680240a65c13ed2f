# METADATA
# title: Ingress backend missing
# custom:
#   id: ING-005
#   severity: medium
#   targets:
#   - Ingress.networking.k8s.io
#   references:
#   - kube-linter
#   why: Requests are answered with an error.
#   fix: Correct the name or port.
#   sync:
#   - v1/Service
package library.ingress.backend_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "rules", i, "http", "paths", j, "backend", "service", "name"], [], msg) if {
	services := inventory.objects(inventory.namespace, "Service")
	count(services) > 0
	some i, rule in input.review.object.spec.rules
	some j, path in rule.http.paths
	name := path.backend.service.name
	not name in {service.metadata.name | some service in services}
	msg := sprintf("the namespace has no Service %q", [name])
}

violation contains finding.at(["spec", "rules", i, "http", "paths", j, "backend", "service", "port"], [], msg) if {
	some i, rule in input.review.object.spec.rules
	some j, path in rule.http.paths
	some service in inventory.objects(inventory.namespace, "Service")
	service.metadata.name == path.backend.service.name
	wanted := [value | some value in path.backend.service.port][0]
	not wanted in ({port.port | some port in service.spec.ports} | {port.name | some port in service.spec.ports})
	msg := sprintf("Service %q has no port %v", [service.metadata.name, wanted])
}
