# METADATA
# title: CronJob without a starting deadline
# custom:
#   id: WL-041
#   severity: low
#   targets:
#   - CronJob.batch
#   references:
#   - kube-score
#   why: A pause of the controller stops the job for good.
#   fix: Set startingDeadlineSeconds.
package library.job.cronjob_deadline_missing

import data.lib.finding

violation contains finding.at(["spec", "startingDeadlineSeconds"], [], msg) if {
	not is_number(object.get(input.review.object, ["spec", "startingDeadlineSeconds"], null))
	msg := "after a hundred missed starts a CronJob without startingDeadlineSeconds is never started again"
}
