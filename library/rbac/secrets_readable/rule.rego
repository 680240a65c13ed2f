# METADATA
# title: Secrets readable
# custom:
#   id: CIS-5.1.2
#   severity: high
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.2
#     versions: 1.8-1.12
#   references:
#   - KSV-0041
#   - KSV-0113
#   - CKV2_K8S_5
#   why: list and watch give the contents of every Secret too, not only the names.
#   fix: Name the Secrets in resourceNames with the verb get, or mount them instead.
package library.rbac.secrets_readable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["secrets"], ["get", "list", "watch"])

	# One named Secret is what the control asks for.
	not _named(given.rule)
}

_named(rule) if {
	count(rbac.names(rule)) > 0
	every verb in rule.verbs {
		verb in {"get", "update", "patch", "delete"}
	}
}
