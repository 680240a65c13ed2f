# METADATA
# title: Secret through the environment
# custom:
#   id: CIS-5.4.1
#   severity: low
#   targets:
#   - workload
#   controls:
#   - standard: cis
#     id: 5.4.1
#     versions: 1.8-1.12
#   - standard: nsa
#     id: C-0066
#   references:
#   - CKV_K8S_35
#   why: Variables show up in crash reports, child processes and debug pages.
#   fix: Mount the Secret as a file.
package library.secret.used_through_env

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["env", i, "valueFrom", "secretKeyRef"], msg) if {
	some c in workload.containers
	some i, variable in c.spec.env
	ref := variable.valueFrom.secretKeyRef
	msg := sprintf("container %q gets the Secret %q in the variable %s", [c.name, object.get(ref, "name", ""), variable.name])
}

violation contains finding.at(whole.path, [], msg) if {
	some whole in workload.secrets_as_variables
	msg := sprintf("container %q gets all of the Secret %q as variables", [whole.container, whole.name])
}
