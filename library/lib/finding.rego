# METADATA
# description: The shape of a result. `details.path` leads from the object's root to the field at fault.
package lib.finding

# What messages call the object under review; one that is still to be named goes by its prefix.
name := object.get(_metadata, "name", object.get(_metadata, "generateName", ""))

_metadata := object.get(input.review.object, "metadata", {})

# at(base, rest, msg): the field `rest` below the path `base`.
at(base, rest, msg) := {"msg": msg, "details": {"path": array.concat(base, rest)}}

# line(number, msg): for documents that readers made from text; the line is the text's own.
line(number, msg) := {"msg": msg, "details": {"line": number}}

# fixable(base, rest, value, msg): as `at`; setting the field to `value` repairs it, and no program can mind.
fixable(base, rest, value, msg) := _repair(base, rest, value, msg, true)

# repairable(base, rest, value, msg): as `fixable`, but a program that needs what is taken away stops working.
repairable(base, rest, value, msg) := _repair(base, rest, value, msg, false)

_repair(base, rest, value, msg, safe) := {
	"msg": msg,
	"details": {
		"path": array.concat(base, rest),
		"fix": {"path": array.concat(base, rest), "value": value, "safe": safe},
	},
}
