# METADATA
# title: Service account tokens creatable
# custom:
#   id: CIS-5.1.13
#   severity: high
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.13
#     versions: 1.8-1.12
#   why: A token of any service account of the namespace, for as long as asked.
#   fix: Remove the rule.
package library.rbac.tokens_creatable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["serviceaccounts/token"]
	granted := rbac.verbs(grant.rule, "", resource, ["create"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
