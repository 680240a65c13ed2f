# METADATA
# title: Credential in a command
# custom:
#   id: SEC-007
#   severity: high
#   targets:
#   - workload
#   why: Commands show up in the list of processes and in audit logs.
#   fix: Pass a file or a variable from a Secret.
package library.secret.in_command

import data.lib.credential
import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [field, i], msg) if {
	some c in workload.containers
	some field in ["command", "args"]
	some i, word in c.spec[field]
	is_string(word)
	what := _credential(word)
	msg := sprintf("container %q has %s in its %s", [c.name, what, field])
}

_credential(word) := credential.kind_of(word)

_credential(word) := "a password" if {
	not credential.kind_of(word)
	regex.match(`(?i)--?(password|passwd|token|api[-_]?key|secret)=[^$\s{<][^\s]{2,}`, word)
}
