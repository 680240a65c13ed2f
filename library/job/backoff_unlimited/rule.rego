# METADATA
# title: Job without a deadline
# custom:
#   id: WL-063
#   severity: low
#   targets:
#   - Job.batch
#   - CronJob.batch
#   why: A hanging Job holds its node's resources and its token.
#   fix: Set activeDeadlineSeconds.
package library.job.backoff_unlimited

import data.lib.finding
import data.lib.workload

violation contains finding.at(path, ["activeDeadlineSeconds"], msg) if {
	path := {"Job": ["spec"], "CronJob": ["spec", "jobTemplate", "spec"]}[workload.kind]
	spec := object.get(workload.obj, path, {})
	object.get(spec, "activeDeadlineSeconds", null) == null
	msg := "the Job may hang for ever"
}
