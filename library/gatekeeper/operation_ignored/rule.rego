# METADATA
# title: oldObject read without asking for the operation
# custom:
#   id: GK-019
#   severity: low
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: The rule is silent or wrong outside updates.
#   fix: Guard it with input.review.operation == "UPDATE".
package library.gatekeeper.operation_ignored

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	text := gatekeeper.text(source)
	contains(text, "input.review.oldObject")
	not contains(text, "input.review.operation")
	msg := "oldObject is null on CREATE and in the audit; ask for input.review.operation"
}
