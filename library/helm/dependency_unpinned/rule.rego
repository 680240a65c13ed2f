# METADATA
# title: Chart dependency without a fixed version
# custom:
#   id: HELM-001
#   severity: medium
#   targets:
#   - HelmChart.gatewright.dev
#   references:
#   - https://helm.sh/docs/helm/helm_dependency/
#   why: The next build takes another chart, or one that somebody put in its place on the way.
#   fix: Name an exact version and a repository by https or oci, and commit Chart.lock.
package library.helm.dependency_unpinned

import data.lib.finding

violation contains finding.line(_line(dependency, "version"), msg) if {
	some dependency in input.review.object.dependencies
	_remote(dependency)
	not regex.match(`^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`, sprintf("%v", [object.get(dependency, "version", "")]))
	not input.review.object.locked == true
	msg := sprintf("the dependency %s has no exact version, and there is no Chart.lock", [dependency.name])
}

violation contains finding.line(_line(dependency, "repository"), msg) if {
	some dependency in input.review.object.dependencies
	startswith(dependency.repository, "http://")
	msg := sprintf("the dependency %s comes by http", [dependency.name])
}

# A chart in a directory beside comes with its commit.
_remote(dependency) if not startswith(object.get(dependency, "repository", ""), "file://")

_line(dependency, key) := object.get(dependency.lines, key, dependency.line)
