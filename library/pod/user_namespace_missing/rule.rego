# METADATA
# title: No user namespace
# custom:
#   id: WL-024
#   severity: info
#   targets:
#   - workload
#   why: In a user namespace root in the container is nobody on the node.
#   fix: 'Set hostUsers: false where the nodes support it.'
package library.pod.user_namespace_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["hostUsers"], msg) if {
	workload.pod
	not workload.user_namespace
	msg := "the Pod runs in the node's user namespace; hostUsers: false would give it its own"
}
