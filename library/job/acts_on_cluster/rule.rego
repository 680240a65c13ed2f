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
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, [field, i], msg) if {
	some c in workload.containers
	some field in ["command", "args"]
	some i, text in c.spec[field]
	some found in regex.find_all_string_submatch_n(_changing, text, -1)
	msg := sprintf("container %q: `kubectl %s` from a shell script acts on the cluster with the Job's rights", [c.name, found[1]])
}

# kubectl called directly, a word an item: `command: [kubectl, delete]`, or the image's own with `args: [delete]`.
violation contains finding.at(c.path, [field, i], msg) if {
	some c in workload.containers
	words := array.concat([["command", j, word] | some j, word in c.spec.command], [["args", j, word] | some j, word in c.spec.args])
	_runs_kubectl(c, words)
	some n, [field, i, word] in words
	word in _verbs
	every earlier in array.slice(words, 0, n) {
		not earlier[2] in _subcommands
	}
	msg := sprintf("container %q: `kubectl %s` acts on the cluster with the Job's rights", [c.name, word])
}

_runs_kubectl(_, words) if regex.match(`(^|/)kubectl$`, words[0][2])

_runs_kubectl(c, words) if {
	not c.spec.command
	image.name(c.spec.image) == "kubectl"
	words[0][1] == 0
}

_verbs := {"patch", "scale", "delete", "apply", "create", "exec", "drain", "cordon", "label", "annotate", "edit", "replace"}

# Whichever comes first is the subcommand; a later word is an operand.
_subcommands := _verbs | {"get", "describe", "logs", "wait", "rollout", "top", "auth", "config", "version", "diff", "events"}

_changing := sprintf(`kubectl\s+(?:-\S+\s+)*(%s)\b`, [concat("|", sort(_verbs))])
