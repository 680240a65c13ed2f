# METADATA
# title: Remote base without a pinned ref
# custom:
#   id: KUS-007
#   severity: high
#   targets:
#   - Kustomization.gatewright.dev
#   why: What is deployed changes without a commit here.
#   fix: Pin it by ?ref=.
package library.kustomize.remote_without_ref

import data.lib.finding

violation contains finding.line(input.review.object.itemLines[field][i], msg) if {
	some field in ["resources", "bases", "components"]
	some i, name in input.review.object.kustomization[field]
	_remote(name)
	ref := _ref(name)
	not regex.match(`^[0-9a-f]{40}$|^v?[0-9]+(\.[0-9]+)+([-+].*)?$`, ref)
	msg := sprintf("%s is not pinned: use ?ref= with a release or, better, a commit", [name])
}

_remote(name) if regex.match(`^(https?://|git::|git@|ssh://|github\.com/|gitlab\.com/|bitbucket\.org/)`, name)

_ref(name) := match[0][1] if {
	match := regex.find_all_string_submatch_n(`[?&]ref=([^&]+)`, name, 1)
	count(match) > 0
} else := match[0][1] if {
	# A release's file has its version in the path.
	match := regex.find_all_string_submatch_n(`/(?:download|raw|releases)/(?:download/)?(v?[0-9][^/]*|[0-9a-f]{40})/`, name, 1)
	count(match) > 0
} else := ""
