# METADATA
# title: Selector matches no workload, or is joined with targetRefs
# custom:
#   id: IST-016
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   - PeerAuthentication.security.istio.io
#   - RequestAuthentication.security.istio.io
#   why: The policy protects nothing.
#   fix: Correct the labels.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.istio.selector_without_workload

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "selector"], [], msg) if {
	input.review.object.spec.selector
	count(input.review.object.spec.targetRefs) > 0
	msg := "selector and targetRefs exclude each other"
}

violation contains finding.at(["spec", "selector"], [], msg) if {
	wanted := input.review.object.spec.selector
	count(wanted.matchLabels) > 0
	found := inventory.workloads(inventory.namespace)
	count(found) > 0
	every candidate in found {
		not selector.matches(wanted, workload.labels_of(candidate))
	}
	msg := sprintf("%s %q selects no workload of its namespace", [input.review.object.kind, finding.name])
}
