# METADATA
# title: Host network with cluster DNS policy
# custom:
#   id: WL-050
#   severity: low
#   targets:
#   - workload
#   why: Names of Services do not resolve.
#   fix: 'Set dnsPolicy: ClusterFirstWithHostNet.'
package library.workload.host_network_dns

import data.lib.finding
import data.lib.workload

violation contains finding.fixable(workload.path, ["dnsPolicy"], "ClusterFirstWithHostNet", msg) if {
	workload.pod.hostNetwork == true
	object.get(workload.pod, "dnsPolicy", "ClusterFirst") == "ClusterFirst"
	msg := "on the host network ClusterFirst falls back to the node's DNS, and Services are not found"
}
