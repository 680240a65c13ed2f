# METADATA
# title: Commands in Pods
# custom:
#   id: RBAC-003
#   severity: high
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0002
#   references:
#   - KSV-0053
#   - KSV-0054
#   why: Whoever runs commands in a Pod has its files, secrets and token.
#   fix: Grant it for the length of an incident only.
package library.rbac.pod_exec

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["pods/exec", "pods/attach", "pods/portforward"]
	granted := rbac.verbs(grant.rule, "", resource, ["create", "get"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
