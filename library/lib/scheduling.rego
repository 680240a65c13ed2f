# METADATA
# description: Where a Pod names labels and taints of nodes.
package lib.scheduling

import data.lib.workload

# Each node label that the Pod goes by, with its path: selector, affinity, and the topologies it is spread over.
node_labels := array.concat(_selected, array.concat(_by_affinity, _spread_over))

# Each taint that it tolerates by name.
tolerated := [{"name": toleration.key, "path": array.concat(workload.path, ["tolerations", i, "key"])} |
	some i, toleration in workload.pod.tolerations
]

_selected := [{"name": label, "path": array.concat(workload.path, ["nodeSelector", label])} |
	some label, _ in workload.pod.nodeSelector
]

_by_affinity := [{"name": label, "path": array.concat(workload.path, array.concat(["affinity"], rest))} |
	walk(workload.pod.affinity, [rest, label])
	rest[count(rest) - 1] in {"key", "topologyKey"}
	is_string(label)

	# Those two select Pods and Namespaces.
	not "labelSelector" in rest
	not "namespaceSelector" in rest
]

_spread_over := [{"name": constraint.topologyKey, "path": array.concat(workload.path, ["topologySpreadConstraints", i, "topologyKey"])} |
	some i, constraint in workload.pod.topologySpreadConstraints
]
