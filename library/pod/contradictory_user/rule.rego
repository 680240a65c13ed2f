# METADATA
# title: runAsNonRoot together with user 0
# custom:
#   id: WL-021
#   severity: high
#   targets:
#   - workload
#   why: The kubelet refuses to start the container.
#   fix: 'Remove runAsUser: 0.'
package library.pod.contradictory_user

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [], msg) if {
	some c in workload.containers
	object.get(c.security_context, "runAsNonRoot", object.get(workload.security_context, "runAsNonRoot", false)) == true
	object.get(c.security_context, "runAsUser", object.get(workload.security_context, "runAsUser", null)) == 0
	msg := sprintf("container %q must not run as root and is told to run as user 0: it never starts", [c.name])
}
