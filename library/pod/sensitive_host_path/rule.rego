# METADATA
# title: Sensitive host path mounted
# custom:
#   id: WL-013
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0048
#   references:
#   - KSV-0121
#   why: These paths hold the node's configuration, devices, keys and logs.
#   fix: Mount the one file that is needed, read-only, or nothing.
#   parameters:
#     paths:
#       type: array
#       items:
#         type: string
#       description: Paths of the node that may not be mounted, with everything below them.
package library.pod.sensitive_host_path

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, ["hostPath", "path"], msg) if {
	some v in workload.volumes
	mounted := _clean(v.spec.hostPath.path)
	some sensitive in _sensitive
	_inside(mounted, sensitive)
	msg := sprintf("volume %q mounts %s of the node", [v.name, v.spec.hostPath.path])
}

_sensitive := object.get(input.parameters, "paths", [
	"/", "/boot", "/dev", "/etc", "/proc", "/root", "/sys", "/var/lib/etcd", "/var/lib/kubelet", "/var/log",
])

_inside(mounted, sensitive) if mounted == sensitive

_inside(mounted, sensitive) if {
	sensitive != "/"
	startswith(mounted, concat("", [sensitive, "/"]))
}

_clean(path) := concat("/", ["", concat("/", [part | some part in split(path, "/"); not part in {"", "."}])])
