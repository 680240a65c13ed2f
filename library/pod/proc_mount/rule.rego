# METADATA
# title: Unmasked /proc
# custom:
#   id: PSS-B10
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: procMount
#     versions: 1.0+
#   references:
#   - KSV-0027
#   why: The default masks of /proc hide what lets a container change its node.
#   fix: Leave procMount out, or set Default.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     supersededFrom:
#       type: string
#       description: From this Kubernetes version on a stricter rule of the set speaks instead of this one.
package library.pod.proc_mount

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.repairable(c.path, ["securityContext", "procMount"], "Default", msg) if {
	not version.superseded
	not _relaxed
	some c in workload.containers
	mount := c.security_context.procMount
	not mount in {"Default", null}
	msg := sprintf("container %q mounts /proc as %q", [c.name, mount])
}

# Inside a user namespace /proc shows nothing of the node's that matters.
_relaxed if {
	version.at_least(35)
	workload.user_namespace
}
