# METADATA
# title: RBAC objects writable
# custom:
#   id: RBAC-005
#   severity: critical
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   references:
#   - KSV-0051
#   - KSV-0052
#   - KSV-0055
#   - CKV2_K8S_1
#   why: Who writes bindings hands out rights.
#   fix: Leave RBAC to the deployment pipeline.
package library.rbac.rbac_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("rbac.authorization.k8s.io", ["roles", "rolebindings", "clusterroles", "clusterrolebindings"], ["create", "patch", "update"])
}
