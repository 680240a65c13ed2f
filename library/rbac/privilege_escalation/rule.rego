# METADATA
# title: bind or escalate granted
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

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("rbac.authorization.k8s.io", ["roles", "clusterroles"], ["bind", "escalate"])
	not _names_what_is_bound(given)
}

# Who may bind the roles that are named, and change none, gains no more than those.
_names_what_is_bound(given) if {
	given.verbs == ["bind"]
	count(rbac.names(given.rule)) > 0
	not "cluster-admin" in rbac.names(given.rule)
}
