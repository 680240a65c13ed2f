# METADATA
# title: Whole Secret through envFrom
# custom:
#   id: SEC-012
#   severity: low
#   targets:
#   - workload
#   why: The program gets more than it needs, and any key becomes a variable such as PATH.
#   fix: Name the keys, or mount files.
package library.secret.whole_secret_in_env

import data.lib.finding
import data.lib.workload

violation contains finding.at(whole.path, [], msg) if {
	some whole in workload.secrets_as_variables
	msg := sprintf("container %q gets every key of the Secret %q, also those added later", [whole.container, whole.name])
}
