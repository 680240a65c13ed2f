# METADATA
# title: Host field in probes and lifecycle hooks
# custom:
#   id: PSS-B07
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: hostProbesAndHostLifecycle
#     versions: 1.34+
#   references:
#   - K8sPSPHostProbesLifecycle
#   why: 'With a host the kubelet sends requests wherever the manifest says, from the node''s network: a request forgery.'
#   fix: Remove the host field; probes ask the Pod itself by default.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.probe_host

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(c.path, array.concat(handler, ["host"]), msg) if {
	version.at_least(34)
	some c in workload.containers
	some handler in _handlers
	host := object.get(c.spec, array.concat(handler, ["host"]), "")
	is_string(host)
	host != ""
	msg := sprintf("container %q: %s asks the host %q instead of the Pod itself", [c.name, handler[count(handler) - 2], host])
}

_handlers := [array.concat(hook, [action]) |
	some hook in [
		["livenessProbe"], ["readinessProbe"], ["startupProbe"],
		["lifecycle", "postStart"], ["lifecycle", "preStop"],
	]
	some action in ["httpGet", "tcpSocket"]
]
