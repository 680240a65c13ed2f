# METADATA
# title: external-secrets.io/v1alpha1 is removed
# custom:
#   id: ESO-002
#   severity: high
#   targets:
#   - ExternalSecret.external-secrets.io
#   - SecretStore.external-secrets.io
#   - ClusterSecretStore.external-secrets.io
#   - ClusterExternalSecret.external-secrets.io
#   why: The cluster refuses the object.
#   fix: 'Use apiVersion: external-secrets.io/v1.'
package library.external_secret.v1alpha1

import data.lib.finding

violation contains finding.at(["apiVersion"], [], msg) if {
	input.review.object.apiVersion == "external-secrets.io/v1alpha1"
	msg := sprintf("%s %q: external-secrets.io/v1alpha1 is gone", [input.review.object.kind, finding.name])
}
