# METADATA
# title: System ConfigMaps writable
# custom:
#   id: RBAC-011
#   severity: critical
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   references:
#   - KSV-0115
#   - KSV-0049
#   why: They say who is an administrator and how DNS and proxies work.
#   fix: Name the ConfigMap in resourceNames.
package library.rbac.system_config_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	count(rbac.verbs(grant.rule, "", "configmaps", {"create", "update", "patch", "delete"})) > 0
	_reaches(grant.rule)
	msg := sprintf("%s %q may change ConfigMaps of the system", [input.review.object.kind, finding.name])
}

_reaches(rule) if "aws-auth" in rule.resourceNames

_reaches(rule) if {
	count(object.get(rule, "resourceNames", [])) == 0
	input.review.object.metadata.namespace == "kube-system"
}
