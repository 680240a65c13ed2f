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

violation contains finding.repairable(mount.path, ["readOnly"], true, msg) if {
	some mount in workload.host_path_mounts
	not mount.spec.readOnly == true
	msg := sprintf("container %q can write to the node's %s", [mount.container, mount.source])
}
