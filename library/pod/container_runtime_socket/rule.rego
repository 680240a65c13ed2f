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
import data.lib.host_path
import data.lib.workload

violation contains finding.at(v.path, ["hostPath", "path"], msg) if {
	some v in workload.volumes
	_reaches(v.spec.hostPath.path)
	msg := sprintf("volume %q: the node's %s gives access to the container runtime's socket", [v.name, v.spec.hostPath.path])
}

_reaches(path) if {
	parts := split(host_path.clean(path), "/")
	parts[count(parts) - 1] in {
		"buildkitd.sock", "containerd.sock", "cri-dockerd.sock", "crio.sock",
		"docker.sock", "dockershim.sock", "podman.sock",
	}
}

# The directories that it lies in; the root and /var are sensitive_host_path's.
_reaches(path) if host_path.clean(path) in {
	"/run", "/run/buildkit", "/run/containerd", "/run/crio", "/run/k0s", "/run/k3s", "/run/k3s/containerd", "/run/podman",
	"/var/snap/microk8s/common/run",
}

# On Windows it is a pipe.
_reaches(path) if regex.match(`(?i)\\pipe\\(docker_engine|containerd-containerd)$`, path)
