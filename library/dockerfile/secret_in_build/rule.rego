# METADATA
# title: Secret in ARG, ENV or COPY
# custom:
#   id: DF-024
#   severity: critical
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0031
#   why: Every layer and its history can be read by whoever has the image.
#   fix: Use RUN --mount=type=secret.
package library.dockerfile.secret_in_build

import data.lib.credential
import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some name in ["ARG", "ENV"]
	some instruction in dockerfile.named(name)
	some pair in instruction.pairs
	credential.named(pair.name)
	not credential.about(pair.name)
	not _public(pair.name)
	_meant(name, pair.value)
	msg := sprintf("%s %s stays readable in the image", [name, pair.name])
}

violation contains finding.line(instruction.line, msg) if {
	some name in ["ARG", "ENV", "LABEL"]
	some instruction in dockerfile.named(name)
	some pair in instruction.pairs
	kind := credential.kind_of(pair.value)
	msg := sprintf("%s %s holds %s", [name, pair.name, kind])
}

violation contains finding.line(instruction.line, msg) if {
	some name in ["COPY", "ADD"]
	some instruction in dockerfile.named(name)
	not instruction.flags.from
	some source in array.slice(instruction.args, 0, count(instruction.args) - 1)
	regex.match(`(^|/)(\.env(\.(dev|local|prod|staging)\w*)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.(aws|ssh|kube)/?|\.kube/config|id_(rsa|dsa|ecdsa|ed25519)|.*\.pem|.*\.key|.*\.p12|.*\.pfx|credentials(\.json)?|service-account\.json|kubeconfig)$`, source)
	msg := sprintf("%s puts %s into the image", [name, source])
}

_public(name) if regex.match(`(?i)public`, name)

# An ARG without a value is filled in at build time and stays in the history.
_meant("ARG", _)

_meant("ENV", value) if {
	value != ""
	not startswith(value, "/")
	not credential.placeholder(value)
}

_meant("ENV", value) if regex.match(`^\$\{?[A-Za-z_]`, value)
