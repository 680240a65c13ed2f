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

violation contains finding.at(given.path, [], msg) if {
	some given in rbac.given("", ["configmaps"], ["create", "delete", "patch", "update"])
	_reaches(given.rule)
	msg := sprintf("%s may change ConfigMaps of the system", [rbac.who])
}

_reaches(rule) if "aws-auth" in rbac.names(rule)

_reaches(rule) if {
	count(rbac.names(rule)) == 0
	input.review.object.metadata.namespace == "kube-system"
}
