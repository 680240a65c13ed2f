# METADATA
# title: Recreate strategy behind a Service
# custom:
#   id: WL-037
#   severity: low
#   targets:
#   - Deployment.apps
#   references:
#   - kube-score
#   why: Every update is an outage.
#   fix: Use RollingUpdate.
#   sync:
#   - v1/Service
package library.workload.recreate_behind_service

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "strategy", "type"], [], msg) if {
	workload.obj.spec.strategy.type == "Recreate"
	some service in inventory.objects(inventory.namespace, "Service")
	count(service.spec.selector) > 0
	selector.covers(service.spec.selector, workload.labels)
	msg := sprintf("the Service %q has no Pod while the Deployment is recreated", [service.metadata.name])
}
