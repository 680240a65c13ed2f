# METADATA
# title: Obfuscated reference
# custom:
#   id: GHA-026
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - obfuscation
#   why: Reviews and scanners overlook it.
#   fix: Write it plainly.
package library.github_actions.obfuscated

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.kind == "action"
	regex.match(`//|/\./|/\.\./|/\.$`, use.text)
	msg := sprintf("%s is written so that searches do not find it", [use.text])
}
