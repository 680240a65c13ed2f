# METADATA
# title: Old Istio API version
# custom:
#   id: IST-025
#   severity: low
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   - PeerAuthentication.security.istio.io
#   - RequestAuthentication.security.istio.io
#   - DestinationRule.networking.istio.io
#   - Gateway.networking.istio.io
#   - VirtualService.networking.istio.io
#   - ServiceEntry.networking.istio.io
#   - Sidecar.networking.istio.io
#   - ClusterRbacConfig.rbac.istio.io
#   - ServiceRole.rbac.istio.io
#   - ServiceRoleBinding.rbac.istio.io
#   - Policy.authentication.istio.io
#   - MeshPolicy.authentication.istio.io
#   why: Old versions go one day.
#   fix: Use the v1 API.
package library.istio.old_api_version

import data.lib.finding

violation contains finding.at(["apiVersion"], [], msg) if {
	version_ := input.review.object.apiVersion
	version_ in {
		"networking.istio.io/v1alpha3", "networking.istio.io/v1beta1",
		"security.istio.io/v1beta1", "rbac.istio.io/v1alpha1", "authentication.istio.io/v1alpha1",
	}
	msg := sprintf("%s %q uses %s; %s", [input.review.object.kind, finding.name, version_, _instead(version_)])
}

_instead(version_) := "v1 is stable since Istio 1.22" if not regex.match("^(rbac|authentication)", version_)

_instead(version_) := "it is gone since Istio 1.6" if regex.match("^(rbac|authentication)", version_)
