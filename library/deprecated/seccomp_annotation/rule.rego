# METADATA
# title: seccomp annotation
# custom:
#   id: DEP-004
#   severity: medium
#   targets:
#   - workload
#   why: The Pod runs without the profile it asks for.
#   fix: Use securityContext.seccompProfile.
package library.deprecated.seccomp_annotation

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.metadata_path, ["annotations", key], msg) if {
	some key, _ in workload.annotations
	regex.match(`^(container\.)?seccomp\.security\.alpha\.kubernetes\.io/`, key)
	msg := sprintf("the annotation %s is ignored since Kubernetes 1.27", [key])
}
