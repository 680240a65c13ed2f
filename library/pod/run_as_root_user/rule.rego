# METADATA
# title: Runs as user 0
# custom:
#   id: PSS-R04
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: runAsUser
#     versions: 1.23+
#   references:
#   - KSV-0105
#   why: User 0 is root, whatever the image says.
#   fix: Set runAsUser to an id above 0, or leave it to the image.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.run_as_root_user

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "runAsUser"], msg) if {
	version.at_least(23)
	not _relaxed
	some holder in workload.security_holders
	holder.security_context.runAsUser == 0
	msg := sprintf("%s sets securityContext.runAsUser to 0", [workload.label(holder)])
}

_relaxed if {
	version.at_least(35)
	workload.user_namespace
}
