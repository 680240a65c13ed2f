# METADATA
# title: Init and ephemeral containers not looked at
# custom:
#   id: GK-017
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Whatever it forbids runs as an init or an ephemeral container.
#   fix: Look at all three lists.
package library.gatekeeper.containers_only

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	text := gatekeeper.text(source)
	regex.match(`\bspec\.containers\b|\.containers\[`, text)
	missing := [field | some field in ["initContainers", "ephemeralContainers"]; not contains(text, field)]
	count(missing) > 0
	not _about_serving(text)
	msg := sprintf("the policy looks at containers and not at %s", [concat(" and ", missing)])
}

# Probes, ports and replicas are for containers alone.
_about_serving(text) if regex.match(`livenessProbe|readinessProbe|lifecycle|hostPort|containerPort|\bprobe`, text)
