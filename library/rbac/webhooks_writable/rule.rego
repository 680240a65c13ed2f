# METADATA
# title: Admission webhooks writable
# custom:
#   id: CIS-5.1.12
#   severity: high
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.12
#     versions: 1.8-1.12
#   references:
#   - KSV-0114
#   - CKV_K8S_155
#   why: A webhook sees and changes every object of the cluster.
#   fix: Grant get only.
package library.rbac.webhooks_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]
	granted := rbac.verbs(grant.rule, "admissionregistration.k8s.io", resource, ["create", "update", "patch", "delete"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
