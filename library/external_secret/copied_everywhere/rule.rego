# METADATA
# title: ClusterExternalSecret selects every namespace
# custom:
#   id: ESO-004
#   severity: high
#   targets:
#   - ClusterExternalSecret.external-secrets.io
#   why: Every namespace's Pods can read it.
#   fix: Select the namespaces by label.
package library.external_secret.copied_everywhere

import data.lib.finding
import data.lib.selector

violation contains finding.at(["spec", field], [], msg) if {
	some field in ["namespaceSelector", "namespaceSelectors"]
	some selected in _list(input.review.object.spec[field])
	selector.empty(selected)
	msg := sprintf("ClusterExternalSecret %q puts the Secret into every namespace", [finding.name])
}

_list(value) := value if is_array(value)

_list(value) := [value] if is_object(value)
