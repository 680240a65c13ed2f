# METADATA
# title: Fake provider
# custom:
#   id: ESO-011
#   severity: high
#   targets:
#   - SecretStore.external-secrets.io
#   - ClusterSecretStore.external-secrets.io
#   why: The secrets lie in the manifest.
#   fix: Use a real provider.
package library.external_secret.fake_provider

import data.lib.finding

violation contains finding.at(["spec", "provider", "fake"], [], msg) if {
	_ = input.review.object.spec.provider.fake
	msg := sprintf("%s %q gives out the values written in it", [input.review.object.kind, finding.name])
}
