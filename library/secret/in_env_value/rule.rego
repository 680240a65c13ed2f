# METADATA
# title: Credential as a plain environment value
# custom:
#   id: SEC-006
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0012
#   references:
#   - kube-linter
#   why: Whoever reads the manifest or the Pod has the credential.
#   fix: Use a Secret, mounted as a file.
package library.secret.in_env_value

import data.lib.credential
import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["env", i, "value"], msg) if {
	some c in workload.containers
	some i, variable in c.spec.env
	_secret(variable)
	msg := sprintf("container %q has the credential %s in its manifest", [c.name, variable.name])
}

_secret(variable) if credential.plain(variable.name, variable.value)

_secret(variable) if credential.kind_of(variable.value)
