# METADATA
# title: Nodes writable
# custom:
#   id: RBAC-008
#   severity: high
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   why: Labels and taints decide where secrets and Pods go.
#   fix: Grant get and list.
package library.rbac.nodes_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["nodes", "nodes/status"], ["create", "delete", "patch", "update"])
}
