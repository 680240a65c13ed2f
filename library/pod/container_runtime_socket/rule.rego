# METADATA
# title: Container-runtime socket mounted
# custom:
#   id: WL-012
#   severity: critical
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0074
#   references:
#   - KSV-0006
#   - CKV_K8S_27
#   why: 'Whoever talks to the runtime starts privileged containers: it is root on the node.'
#   fix: Remove the mount; build images with a rootless builder.
package library.pod.container_runtime_socket

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, ["hostPath", "path"], msg) if {
	some v in workload.volumes
	mounted := _clean(v.spec.hostPath.path)
	some socket in _sockets
	_covers(mounted, socket)
	msg := sprintf("volume %q: the node's %s gives access to the container runtime's socket", [v.name, v.spec.hostPath.path])
}

_sockets := {
	"/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock",
	"/var/run/containerd/containerd.sock", "/run/crio/crio.sock", "/var/run/crio/crio.sock",
}

# A directory counts when the socket lies in it; the root and /var are sensitive_host_path's.
_covers(mounted, socket) if mounted == socket

_covers(mounted, socket) if {
	mounted in {"/run", "/var/run", "/run/containerd", "/var/run/containerd", "/run/crio", "/var/run/crio"}
	startswith(socket, concat("", [mounted, "/"]))
}

_clean(path) := concat("/", ["", concat("/", [part | some part in split(path, "/"); not part in {"", "."}])])
