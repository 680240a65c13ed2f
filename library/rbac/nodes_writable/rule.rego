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

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["nodes", "nodes/status"]
	granted := rbac.verbs(grant.rule, "", resource, ["create", "update", "patch", "delete"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
