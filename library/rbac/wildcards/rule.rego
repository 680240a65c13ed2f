# METADATA
# title: Wildcards in roles
# custom:
#   id: CIS-5.1.3
#   severity: high
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.3
#     versions: 1.8-1.12
#   references:
#   - KSV-0044
#   - KSV-0045
#   - KSV-0046
#   - KSV-0112
#   - CKV_K8S_49
#   why: A wildcard also covers the verbs and kinds that are added tomorrow.
#   fix: List the groups, resources and verbs.
package library.rbac.wildcards

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, [field, i], msg) if {
	not rbac.bootstrap(input.review.object)
	not finding.name in rbac.default_roles
	some grant in rbac.grants(input.review.object)
	some field in ["apiGroups", "resources", "verbs"]
	some i, name in grant.rule[field]
	name == "*"
	msg := sprintf("%s %q: %s has a wildcard", [input.review.object.kind, finding.name, field])
}

violation contains finding.at(grant.path, ["resources", i], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	some i, name in grant.rule.resources
	name != "*"
	contains(name, "*")
	msg := sprintf("%s %q: the resource %s has a wildcard", [input.review.object.kind, finding.name, name])
}

violation contains finding.at(grant.path, ["nonResourceURLs", i], msg) if {
	not rbac.bootstrap(input.review.object)
	not finding.name in rbac.default_roles
	some grant in rbac.grants(input.review.object)
	some i, url in grant.rule.nonResourceURLs
	url in {"*", "/*"}
	msg := sprintf("%s %q: every URL of the API server is open", [input.review.object.kind, finding.name])
}
