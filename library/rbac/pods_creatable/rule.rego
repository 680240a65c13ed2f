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

violation contains finding.at(path, [], msg) if {
	some path in {given.path | some given in _given}
	resources := [given.resource | some given in _given; given.path == path]
	msg := sprintf("%s may create %s", [rbac.who, concat(", ", resources)])
}

_given := [given |
	some group, resources in _makers
	some given in rbac.given(group, resources, ["create"])
]

_makers := {
	"": ["pods", "replicationcontrollers"],
	"apps": ["daemonsets", "deployments", "replicasets", "statefulsets"],
	"batch": ["cronjobs", "jobs"],
}
