# METADATA
# title: data.inventory used without declaring it
# custom:
#   id: GK-012
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Without a SyncSet the inventory is empty and the rule silent.
#   fix: Add the annotation metadata.gatekeeper.sh/requires-sync-data, and a SyncSet.
package library.gatekeeper.inventory_not_declared

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	contains(gatekeeper.text(source), "data.inventory")
	not input.review.object.metadata.annotations["metadata.gatekeeper.sh/requires-sync-data"]
	msg := "the template reads data.inventory and does not say which kinds must be synced"
}
