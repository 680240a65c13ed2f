# METADATA
# title: Pods creatable
# custom:
#   id: CIS-5.1.4
#   severity: medium
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.4
#     versions: 1.8-1.12
#   references:
#   - KSV-0048
#   why: Who creates a Pod uses any ServiceAccount and reads any Secret of its namespace.
#   fix: Leave creation to the deployment pipeline.
package library.rbac.pods_creatable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	found := [resource |
		some group, resources in _makers
		some resource in resources
		count(rbac.verbs(grant.rule, group, resource, {"create"})) > 0
	]
	count(found) > 0
	msg := sprintf("%s %q may create %s", [input.review.object.kind, finding.name, concat(", ", found)])
}

_makers := {
	"": ["pods", "replicationcontrollers"],
	"apps": ["daemonsets", "deployments", "replicasets", "statefulsets"],
	"batch": ["cronjobs", "jobs"],
}
