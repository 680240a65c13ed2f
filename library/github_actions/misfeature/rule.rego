# METADATA
# title: Feature better left alone
# custom:
#   id: GHA-031
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - misfeature
#   why: The Windows command prompt passes by errors and expands variables where nobody expects it; pip-install of setup-python installs into the interpreter that all steps share, unpinned.
#   fix: Use bash or pwsh; install in a step of its own from a file with hashes.
package library.github_actions.misfeature

import data.lib.finding
import data.lib.workflow

violation contains finding.line(step.lines.shell, msg) if {
	some step in workflow.steps
	regex.match(`(?i)^cmd(\.exe)?\b`, step.shell)
	msg := "the shell is the Windows command prompt, which goes on after errors"
}

violation contains finding.line(use.step.withLines["pip-install"], msg) if {
	some use in workflow.uses
	use.name == "actions/setup-python"
	use.step["with"]["pip-install"]
	msg := "setup-python installs packages by pip-install, without hashes"
}
