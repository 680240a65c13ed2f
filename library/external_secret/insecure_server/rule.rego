# METADATA
# title: Secret store without TLS
# custom:
#   id: ESO-012
#   severity: high
#   targets:
#   - SecretStore.external-secrets.io
#   - ClusterSecretStore.external-secrets.io
#   why: Every secret goes over the wire in the clear.
#   fix: Use https.
package library.external_secret.insecure_server

import data.lib.finding

violation contains finding.at(path, [], msg) if {
	walk(input.review.object.spec.provider, [rest, value])
	is_string(value)
	startswith(lower(value), "http://")
	path := array.concat(["spec", "provider"], rest)
	msg := sprintf("%s %q speaks plain HTTP with %s", [input.review.object.kind, finding.name, value])
}
