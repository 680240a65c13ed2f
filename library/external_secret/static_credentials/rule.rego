# METADATA
# title: Store authenticates with a static credential
# custom:
#   id: ESO-008
#   severity: medium
#   targets:
#   - SecretStore.external-secrets.io
#   - ClusterSecretStore.external-secrets.io
#   why: The key to all other secrets lies beside them and is not rotated.
#   fix: 'Use the workload identity: kubernetes, jwt, IRSA.'
package library.external_secret.static_credentials

import data.lib.finding

violation contains finding.at(path, [], msg) if {
	walk(input.review.object.spec.provider, [rest, value])
	count(rest) > 0
	rest[count(rest) - 1] in {"secretRef", "tokenSecretRef", "secretAccessKeySecretRef"}
	is_object(value)
	path := array.concat(["spec", "provider"], rest)
	msg := sprintf("%s %q logs in with a credential kept in a Secret", [input.review.object.kind, finding.name])
}
