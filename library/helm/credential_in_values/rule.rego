# METADATA
# title: Credential in a values file
# custom:
#   id: HELM-003
#   severity: high
#   targets:
#   - HelmValues.gatewright.dev
#   why: The file is in the repository, and every release keeps a copy in the cluster.
#   fix: Take the name of an existing Secret, which a SealedSecret or an ExternalSecret makes.
package library.helm.credential_in_values

import data.lib.credential
import data.lib.finding

violation contains finding.line(text.line, msg) if {
	some text in input.review.object.texts
	credential.plain(text.key, text.value)
	msg := sprintf("%s is a credential in plain text", [text.path])
}

violation contains finding.line(text.line, msg) if {
	some text in input.review.object.texts
	not credential.plain(text.key, text.value)
	kind := credential.kind_of(text.value)
	msg := sprintf("%s holds %s", [text.path, kind])
}
