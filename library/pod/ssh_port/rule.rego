# METADATA
# title: SSH port exposed
# custom:
#   id: WL-047
#   severity: medium
#   targets:
#   - workload
#   - Service
#   references:
#   - kube-linter
#   why: A second way in, outside the cluster's access control and audit.
#   fix: Use kubectl exec or ephemeral containers.
package library.pod.ssh_port

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["ports", i, "containerPort"], msg) if {
	some c in workload.containers
	some i, port in c.spec.ports
	port.containerPort == 22
	msg := sprintf("container %q listens for SSH", [c.name])
}

violation contains finding.at(["spec", "ports", i], [], msg) if {
	input.review.object.kind == "Service"
	some i, port in input.review.object.spec.ports
	22 in {port.port, object.get(port, "targetPort", port.port)}
	msg := "the Service leads to SSH"
}
