# METADATA
# title: Readiness probe missing behind a Service
# custom:
#   id: WL-026
#   severity: medium
#   targets:
#   - workload
#   references:
#   - CKV_K8S_9
#   why: The Service sends requests to a Pod that cannot answer yet.
#   fix: Add a readinessProbe.
#   sync:
#   - v1/Service
package library.workload.readiness_probe_missing

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(c.path, ["readinessProbe"], msg) if {
	workload.kind in workload.long_running
	some c in workload.main_containers
	not is_object(object.get(c.spec, "readinessProbe", null))
	count(object.get(c.spec, "ports", [])) > 0
	_served
	msg := sprintf("container %q is behind a Service and has no readiness probe", [c.name])
}

_served if {
	some service in inventory.objects(inventory.namespace, "Service")
	count(service.spec.selector) > 0
	selector.covers(service.spec.selector, workload.labels)
}
