# METADATA
# description: The items of a Falco rules file.
package lib.falco

items := input.review.object.items

rules := [item | some item in items; item.type == "rule"]

macros := [item | some item in items; item.type == "macro"]

lists := [item | some item in items; item.type == "list"]

line(item, key) := object.get(item.lines, key, item.line)

# A later item that only changes an earlier one.
changes(item) if item.value.append == true

changes(item) if is_object(item.value.override)

# A rule that only switches another on or off.
changes(item) if {
	not item.value.condition
	is_boolean(item.value.enabled)
}

defined := [item | some item in items; not changes(item)]

severity := {"EMERGENCY": 0, "ALERT": 1, "CRITICAL": 2, "ERROR": 3, "WARNING": 4, "NOTICE": 5, "INFORMATIONAL": 6, "INFO": 6, "DEBUG": 7}
