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
#       description: Paths of the node that may not be mounted, nor what lies below them or holds them.
package library.pod.sensitive_host_path

import data.lib.finding
import data.lib.host_path
import data.lib.workload

violation contains finding.at(v.path, ["hostPath", "path"], msg) if {
	some v in workload.volumes
	mounted := host_path.clean(v.spec.hostPath.path)
	not mounted in _harmless
	some path in object.get(input.parameters, "paths", _paths)
	_reaches(mounted, host_path.clean(path))
	msg := sprintf("volume %q mounts %s of the node", [v.name, v.spec.hostPath.path])
}

_paths := [
	"/bin", "/boot", "/dev", "/etc", "/home", "/lib/systemd", "/proc", "/root", "/sbin", "/sys", "/usr/bin",
	"/usr/lib/systemd", "/usr/sbin", "/var/lib/containerd", "/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet",
	"/var/log", "/var/spool/cron",
]

# What every program may know.
_harmless := {"/etc/localtime", "/etc/os-release", "/etc/ssl/certs", "/etc/timezone"}

_reaches(mounted, path) if host_path.within(path, mounted)

_reaches(mounted, path) if {
	path != "/"
	host_path.within(mounted, path)
}
