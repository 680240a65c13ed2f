# METADATA
# title: Host path mounted writable
# custom:
#   id: WL-014
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0045
#   references:
#   - kube-linter
#   why: A writable piece of the node is a way to change the node.
#   fix: 'Set readOnly: true on the mount.'
package library.pod.writable_host_path

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(c.path, ["volumeMounts", i, "readOnly"], true, msg) if {
	some v in workload.volumes
	v.spec.hostPath != null
	some c in workload.containers
	some i, mount in c.spec.volumeMounts
	mount.name == v.name
	not mount.readOnly == true
	msg := sprintf("container %q can write to the node's %s", [c.name, object.get(v.spec.hostPath, "path", "")])
}
