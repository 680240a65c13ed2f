# METADATA
# title: Running as non-root not required
# custom:
#   id: PSS-R03
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: runAsNonRoot
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.7
#     versions: 1.8-1.12
#   references:
#   - KSV-0012
#   - CKV_K8S_23
#   why: Root in the container is root on the node once anything else gives way.
#   fix: 'Set securityContext.runAsNonRoot: true on the Pod.'
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.run_as_non_root

import data.lib.finding
import data.lib.version
import data.lib.workload

# The Pod says no outright.
violation contains finding.repairable(holder.path, ["securityContext", "runAsNonRoot"], true, msg) if {
	not _relaxed
	some holder in workload.security_holders
	holder.security_context.runAsNonRoot == false
	msg := sprintf("%s sets securityContext.runAsNonRoot to false", [workload.label(holder)])
}

# Nobody says yes.
violation contains finding.repairable(c.path, ["securityContext", "runAsNonRoot"], true, msg) if {
	not _relaxed
	not workload.security_context.runAsNonRoot == true
	some c in workload.containers
	object.get(c.security_context, "runAsNonRoot", null) == null
	msg := sprintf("container %q must set securityContext.runAsNonRoot to true, or its Pod must", [c.name])
}

_relaxed if {
	version.at_least(35)
	workload.user_namespace
}
