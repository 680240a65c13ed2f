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

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["pods/exec", "pods/attach", "pods/portforward"], ["create", "get"])
}
