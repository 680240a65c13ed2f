# METADATA
# title: Condition without an event type
# custom:
#   id: FAL-004
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_NO_EVTTYPE
#   why: The rule is run on every system call and slows Falco down.
#   fix: Add evt.type, or a macro such as spawned_process.
package library.falco.event_type_missing

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.rules
	object.get(item.value, "source", "syscall") == "syscall"
	not falco.changes(item)
	not item.value.warn_evttypes == false
	item.condition.error == ""
	not _names_type(item.condition)
	_all_macros_known(item.condition)
	msg := sprintf("rule %q looks at every event: its condition names no evt.type", [item.name])
}

_names_type(condition) if {
	some comparison in condition.comparisons
	comparison.field in {"evt.type", "syscall.type"}
	not comparison.negated
}

_names_type(condition) if {
	some reference in condition.references
	not reference.negated
	reference.name in _typed
}

# Macros that name one, directly or by a macro of theirs (three steps are enough for every file seen).
_typed := _typed_at | {item.name | some item in falco.macros; some reference in item.condition.references; reference.name in _typed_once}

_typed_once := _typed_at | {item.name | some item in falco.macros; some reference in item.condition.references; reference.name in _typed_at}

_typed_at := {item.name |
	some item in falco.macros
	some comparison in item.condition.comparisons
	comparison.field in {"evt.type", "syscall.type"}
} | {"spawned_process", "open_write", "open_read", "open_directory", "inbound", "outbound", "inbound_outbound", "create_symlink", "create_hardlink", "kernel_module_load", "modify", "remove", "rename", "mkdir", "chmod"}

# A macro of another file may name the type.
_all_macros_known(condition) if {
	names := {item.name | some item in falco.macros}
	every reference in condition.references {
		reference.name in (names | {"container", "never_true", "always_true"})
	}
}
