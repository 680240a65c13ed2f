# METADATA
# title: COPY of many files without a trailing slash
# custom:
#   id: DF-011
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0011
#   - DL3021
#   why: The build fails.
#   fix: End the target with /.
package library.dockerfile.copy_many_without_slash

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some name in ["COPY", "ADD"]
	some instruction in dockerfile.named(name)
	count(instruction.args) + count(instruction.heredocs) > 2
	target := instruction.args[count(instruction.args) - 1]
	not endswith(target, "/")
	not target in {".", ".."}
	count(instruction.heredocs) == 0
	msg := sprintf("%s of several files needs a directory: %s/", [name, target])
}
