# METADATA
# title: bind, escalate or impersonate granted
# custom:
#   id: CIS-5.1.8
#   severity: critical
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.8
#     versions: 1.8-1.12
#   references:
#   - CKV_K8S_157
#   - CKV_K8S_158
#   - CKV2_K8S_3
#   - KSV-0050
#   why: bind and escalate let a subject give itself any right.
#   fix: Remove the verb.
package library.rbac.privilege_escalation

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some case in _cases
	count(rbac.verbs(grant.rule, case.group, case.resource, {case.verb})) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, case.verb, case.resource])
}

_cases := [{"group": "rbac.authorization.k8s.io", "resource": resource, "verb": verb} |
	some resource in ["roles", "clusterroles"]
	some verb in ["bind", "escalate"]
]
