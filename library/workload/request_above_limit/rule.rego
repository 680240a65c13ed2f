# METADATA
# title: Request greater than limit
# custom:
#   id: WL-006
#   severity: high
#   targets:
#   - workload
#   why: The API server refuses such a Pod, so the workload never starts.
#   fix: Lower the request or raise the limit.
package library.workload.request_above_limit

import data.lib.finding
import data.lib.quantity
import data.lib.workload

violation contains finding.at(c.path, ["resources", "requests", resource], msg) if {
	some c in workload.containers
	some resource, request in c.spec.resources.requests
	limit := c.spec.resources.limits[resource]
	request != limit
	quantity.value(request) > quantity.value(limit)
	msg := sprintf("container %q requests %v of %s but may use only %v", [c.name, request, resource, limit])
}
