# METADATA
# title: Duplicate environment variable
# custom:
#   id: WL-038
#   severity: medium
#   targets:
#   - workload
#   references:
#   - kube-linter
#   why: What is read in the manifest is not what the program gets.
#   fix: Remove one of the two.
package library.workload.duplicate_env

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["env", later, "name"], msg) if {
	some c in workload.containers
	some earlier, one in c.spec.env
	some later, other in c.spec.env
	earlier < later
	one.name == other.name
	msg := sprintf("container %q sets %s twice; the last one wins", [c.name, one.name])
}
