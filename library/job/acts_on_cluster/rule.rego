# METADATA
# title: Job that changes the cluster from a shell
# custom:
#   id: WL-061
#   severity: high
#   targets:
#   - Job.batch
#   - CronJob.batch
#   why: Names from variables reach the API unchecked, nobody reviews what it does, and it needs rights that serve
#     an intruder as well. Most fields of a running Pod cannot be patched at all.
#   fix: Isolate by a NetworkPolicy or a label that a controller acts on, with a role for just that.
package library.job.acts_on_cluster

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [field, i], msg) if {
	some c in workload.containers
	some field in ["command", "args"]
	some i, text in c.spec[field]
	some found in regex.find_all_string_submatch_n(`kubectl\s+(?:-\S+\s+)*(patch|scale|delete|apply|create|exec|drain|cordon|label|annotate|edit|replace)\b`, text, -1)
	msg := sprintf("container %q: `kubectl %s` from a shell script acts on the cluster with the Job's rights", [c.name, found[1]])
}
