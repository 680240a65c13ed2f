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
import data.lib.workload

violation contains finding.at(path, [], msg) if {
	walk(workload.pod, [rest, value])
	count(rest) > 0
	"node-role.kubernetes.io/master" in {value, rest[count(rest) - 1]}
	path := array.concat(workload.path, rest)
	msg := "node-role.kubernetes.io/master is gone since Kubernetes 1.24"
}
