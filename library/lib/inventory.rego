# METADATA
# description: |
#   The other objects of the input. A rule that reads them stays silent when the partner's kind is absent:
#   what was not given cannot be judged.
package lib.inventory

# The namespace an object lives in; one without is reviewed in `default`.
namespace := named if {
	named := input.review.object.metadata.namespace
	named != null
} else := named if {
	named := input.review.namespace
} else := "default"

# objects(ns, kind): every object of a kind in a namespace, whatever its API version. Read from files, an object that
# names no namespace lies among the cluster's; it would go to `default`.
objects(ns, kind) := array.concat(
	[found | some found in data.inventory.namespace[ns][_][kind]],
	[found | ns == "default"; some found in data.inventory.cluster[_][kind]],
)

# everywhere(kind): every namespaced object of a kind.
everywhere(kind) := array.concat(
	[found | some found in data.inventory.namespace[_][_][kind]],
	[found | some found in data.inventory.cluster[_][kind]],
)

# given(kind): whether the input has any namespaced object of a kind.
given(kind) if {
	some namespace in data.inventory.namespace
	some version in namespace
	version[kind] != {}
}

given(kind) if {
	some version in data.inventory.cluster
	version[kind] != {}
}

cluster(kind) := [found | some found in data.inventory.cluster[_][kind]]

_controllers := ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod"]

# workloads(ns): everything in a namespace that makes Pods.
workloads(ns) := [found |
	some kind in _controllers
	some found in objects(ns, kind)
]
