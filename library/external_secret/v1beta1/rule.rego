# METADATA
# title: external-secrets.io/v1beta1 is no longer served
# custom:
#   id: ESO-001
#   severity: high
#   targets:
#   - ExternalSecret.external-secrets.io
#   - SecretStore.external-secrets.io
#   - ClusterSecretStore.external-secrets.io
#   - ClusterExternalSecret.external-secrets.io
#   why: The cluster refuses the object after an upgrade.
#   fix: 'Use apiVersion: external-secrets.io/v1.'
package library.external_secret.v1beta1

import data.lib.finding

violation contains finding.fixable(["apiVersion"], [], "external-secrets.io/v1", msg) if {
	input.review.object.apiVersion == "external-secrets.io/v1beta1"
	msg := sprintf("%s %q: external-secrets.io/v1beta1 is not served since release 0.17", [input.review.object.kind, finding.name])
}
