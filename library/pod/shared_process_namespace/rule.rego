# METADATA
# title: Process namespace shared
# custom:
#   id: WL-022
#   severity: medium
#   targets:
#   - workload
#   why: One container reads the memory, environment and files of the others.
#   fix: Remove shareProcessNamespace.
package library.pod.shared_process_namespace

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(workload.path, ["shareProcessNamespace"], false, msg) if {
	workload.pod.shareProcessNamespace == true
	msg := "the containers of the Pod see each other's processes"
}
