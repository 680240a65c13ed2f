# METADATA
# title: Finished Jobs are kept
# custom:
#   id: WL-043
#   severity: info
#   targets:
#   - Job.batch
#   references:
#   - kube-linter
#   why: Finished Jobs and their Pods pile up.
#   fix: Set ttlSecondsAfterFinished.
package library.job.ttl_missing

import data.lib.finding

violation contains finding.at(["spec", "ttlSecondsAfterFinished"], [], msg) if {
	not is_number(object.get(input.review.object, ["spec", "ttlSecondsAfterFinished"], null))
	msg := "the Job stays in the cluster after it has finished"
}
