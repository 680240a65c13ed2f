# METADATA
# title: Mount propagation Bidirectional
# custom:
#   id: WL-015
#   severity: high
#   targets:
#   - workload
#   why: The container can mount file systems on the node and in other containers.
#   fix: Use HostToContainer or None.
package library.pod.bidirectional_mount

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["volumeMounts", i, "mountPropagation"], msg) if {
	some c in workload.containers
	some i, mount in c.spec.volumeMounts
	mount.mountPropagation == "Bidirectional"
	msg := sprintf("container %q: mounts made below %s appear on the node", [c.name, mount.mountPath])
}
