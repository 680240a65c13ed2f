# METADATA
# title: Endpoints or Service status writable
# custom:
#   id: RBAC-007
#   severity: medium
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   references:
#   - CKV2_K8S_4
#   why: Traffic can be led away (CVE-2020-8554, CVE-2021-25740).
#   fix: Remove the rule.
package library.rbac.endpoints_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some case in [
		{"group": "", "resource": "services/status"},
		{"group": "", "resource": "endpoints"},
		{"group": "discovery.k8s.io", "resource": "endpointslices"},
	]
	count(rbac.verbs(grant.rule, case.group, case.resource, {"create", "update", "patch"})) > 0
	msg := sprintf("%s %q may write %s and turn traffic elsewhere", [input.review.object.kind, finding.name, case.resource])
}
