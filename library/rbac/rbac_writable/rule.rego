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

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["roles", "rolebindings", "clusterroles", "clusterrolebindings"]
	granted := rbac.verbs(grant.rule, "rbac.authorization.k8s.io", resource, ["create", "update", "patch"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
