# METADATA
# title: Windows HostProcess containers
# custom:
#   id: PSS-B01
#   severity: critical
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: windowsHostProcess
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.11
#     versions: 1.8-1.11
#   - standard: cis
#     id: 5.2.10
#     versions: '1.12'
#   references:
#   - KSV-0103
#   why: A HostProcess container runs on the Windows node itself, with access to everything there.
#   fix: Remove windowsOptions.hostProcess or set it to false.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.host_process

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(holder.path, ["securityContext", "windowsOptions", "hostProcess"], false, msg) if {
	some holder in workload.security_holders
	holder.security_context.windowsOptions.hostProcess == true
	msg := sprintf("%s runs as a Windows HostProcess container", [workload.label(holder)])
}
