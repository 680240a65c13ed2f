# METADATA
# title: contains() on a string
# custom:
#   id: GHA-018
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - unsound-contains
#   why: A branch called `ma` passes.
#   fix: Use contains(fromJSON('["main"]'), github.ref_name).
package library.github_actions.contains_on_string

import data.lib.finding
import data.lib.workflow

violation contains finding.line(place.line, msg) if {
	some place in workflow.conditions
	regex.match(`contains\(\s*'[^']*',\s*github\.(ref|ref_name|actor|head_ref|base_ref)`, place.text)
	msg := "contains() on text also finds parts of words; use fromJSON('[…]') for a list"
}
