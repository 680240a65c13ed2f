# METADATA
# title: Ephemeral containers
# custom:
#   id: RBAC-004
#   severity: high
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   why: An ephemeral container of any image joins a running Pod.
#   fix: Remove the rule.
package library.rbac.ephemeral_containers

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["pods/ephemeralcontainers"], ["patch", "update"])
}
