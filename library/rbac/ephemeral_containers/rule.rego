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

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["pods/ephemeralcontainers"]
	granted := rbac.verbs(grant.rule, "", resource, ["update", "patch"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
