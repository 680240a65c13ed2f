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

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["serviceaccounts/token"], ["create"])
}
