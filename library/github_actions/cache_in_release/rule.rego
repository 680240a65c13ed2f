# METADATA
# title: Cache used in a release
# custom:
#   id: GHA-015
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - cache-poisoning
#   why: A poisoned cache ends up in what users install.
#   fix: Build releases without a cache.
package library.github_actions.cache_in_release

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	_release
	some use in workflow.uses
	_caches(use)
	msg := sprintf("%s restores a cache that a pull request may have written into a release", [use.text])
}

_release if workflow.triggers.release

_release if {
	count(workflow.triggers.push.tags) > 0
	not workflow.triggers.push.branches
}

_caches(use) if use.name in {"actions/cache", "actions/cache/restore", "swatinem/rust-cache"}

_caches(use) if {
	startswith(use.name, "actions/setup-")
	object.get(use.step, ["with", "cache"], "") in {true, "true", "npm", "yarn", "pnpm", "pip", "pipenv", "poetry", "maven", "gradle"}
}
