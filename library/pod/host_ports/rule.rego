# METADATA
# title: Host ports
# custom:
#   id: PSS-B06
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: hostPorts
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.13
#     versions: 1.8-1.11
#   - standard: cis
#     id: 5.2.12
#     versions: '1.12'
#   references:
#   - KSV-0024
#   - CKV_K8S_26
#   why: 'A host port binds the node''s address: it passes by NetworkPolicies and lets one Pod a node run.'
#   fix: Remove hostPort and expose the Pod by a Service.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     allowed:
#       type: array
#       items:
#         type: integer
#       description: Host ports that are known and fine.
package library.pod.host_ports

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["ports", i, "hostPort"], msg) if {
	some c in workload.containers
	some i, port in c.spec.ports
	is_number(port.hostPort)
	port.hostPort != 0
	not port.hostPort in object.get(input.parameters, "allowed", [])
	msg := sprintf("container %q takes port %d of the node", [c.name, port.hostPort])
}
