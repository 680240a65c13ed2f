# METADATA
# title: Label or taint of the master role
# custom:
#   id: DEP-007
#   severity: low
#   targets:
#   - workload
#   why: It matches no node any more.
#   fix: Use node-role.kubernetes.io/control-plane.
package library.deprecated.master_label

import data.lib.finding
import data.lib.scheduling

violation contains finding.at(named.path, [], msg) if {
	some named in array.concat(scheduling.node_labels, scheduling.tolerated)
	named.name == "node-role.kubernetes.io/master"
	msg := "node-role.kubernetes.io/master is gone since Kubernetes 1.24"
}
