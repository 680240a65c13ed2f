# METADATA
# title: StatefulSet without a headless Service
# custom:
#   id: WL-044
#   severity: medium
#   targets:
#   - StatefulSet.apps
#   references:
#   - kube-score
#   why: The Pods get no stable names.
#   fix: 'Add a Service with clusterIP: None and name it in serviceName.'
#   sync:
#   - v1/Service
package library.workload.statefulset_service

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "serviceName"], [], msg) if {
	some service in inventory.objects(inventory.namespace, "Service")
	service.metadata.name == input.review.object.spec.serviceName
	object.get(service.spec, "clusterIP", "") != "None"
	msg := sprintf("the Service %q is not headless", [service.metadata.name])
}

violation contains finding.at(["spec", "serviceName"], [], msg) if {
	count(inventory.objects(inventory.namespace, "Service")) > 0
	name := object.get(input.review.object, ["spec", "serviceName"], "")
	not name in {service.metadata.name | some service in inventory.objects(inventory.namespace, "Service")}
	msg := sprintf("the namespace has no Service %q", [name])
}
