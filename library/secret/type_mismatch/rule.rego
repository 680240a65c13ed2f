# METADATA
# title: Secret does not fit its type
# custom:
#   id: SEC-008
#   severity: medium
#   targets:
#   - Secret
#   why: The API server refuses it.
#   fix: Add the keys of the type, or use Opaque.
package library.secret.type_mismatch

import data.lib.finding

_needed := {
	"kubernetes.io/tls": [["tls.crt"], ["tls.key"]],
	"kubernetes.io/dockerconfigjson": [[".dockerconfigjson"]],
	"kubernetes.io/dockercfg": [[".dockercfg"]],
	"kubernetes.io/basic-auth": [["username", "password"]],
	"kubernetes.io/ssh-auth": [["ssh-privatekey"]],
}

violation contains finding.at(["type"], [], msg) if {
	type := input.review.object.type
	some either in _needed[type]
	count({key | some key in either; _has(key)}) == 0
	msg := sprintf("a Secret of type %s needs %s", [type, concat(" or ", either)])
}

violation contains finding.at(["data", ".dockerconfigjson"], [], msg) if {
	input.review.object.type == "kubernetes.io/dockerconfigjson"
	value := input.review.object.data[".dockerconfigjson"]
	base64.is_valid(value)
	not json.is_valid(base64.decode(value))
	msg := "the value of .dockerconfigjson is not JSON"
}

_has(key) if _ = input.review.object.data[key]

_has(key) if _ = input.review.object.stringData[key]
