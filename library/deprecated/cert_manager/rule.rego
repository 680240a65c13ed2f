# METADATA
# title: Old cert-manager API
# custom:
#   id: DEP-010
#   severity: high
#   targets:
#   - Certificate.cert-manager.io
#   - Issuer.cert-manager.io
#   - ClusterIssuer.cert-manager.io
#   - CertificateRequest.cert-manager.io
#   - Certificate.certmanager.k8s.io
#   - Issuer.certmanager.k8s.io
#   why: The cluster refuses the object.
#   fix: Use cert-manager.io/v1.
package library.deprecated.cert_manager

import data.lib.finding

violation contains finding.at(["apiVersion"], [], msg) if {
	input.review.object.apiVersion != "cert-manager.io/v1"
	msg := sprintf("%s %q: %s is gone since cert-manager 1.6", [input.review.object.kind, finding.name, input.review.object.apiVersion])
}
