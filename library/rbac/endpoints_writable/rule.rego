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

violation contains finding.at(given.path, [], msg) if {
	some group, resources in {"": ["endpoints", "services/status"], "discovery.k8s.io": ["endpointslices"]}
	some given in rbac.given(group, resources, ["create", "patch", "update"])
	msg := sprintf("%s and turn traffic elsewhere", [given.msg])
}
