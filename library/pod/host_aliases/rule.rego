# METADATA
# title: Host aliases
# custom:
#   id: WL-023
#   severity: low
#   targets:
#   - workload
#   references:
#   - KSV-0007
#   why: The Pod sees other addresses than the rest of the cluster.
#   fix: Use a Service or DNS.
package library.pod.host_aliases

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["hostAliases"], msg) if {
	count(workload.pod.hostAliases) > 0
	msg := "the Pod writes names of its own into /etc/hosts"
}
