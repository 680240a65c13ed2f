# METADATA
# title: No anti-affinity or topology spread
# custom:
#   id: WL-035
#   severity: low
#   targets:
#   - Deployment.apps
#   references:
#   - kube-linter
#   why: One node's failure takes every replica.
#   fix: Add topologySpreadConstraints or a podAntiAffinity.
package library.workload.no_spread

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, [], msg) if {
	workload.replicas_of(workload.obj) > 1
	count(object.get(workload.pod, "topologySpreadConstraints", [])) == 0
	not workload.pod.affinity.podAntiAffinity
	msg := "nothing keeps the replicas apart: all may run on one node"
}
