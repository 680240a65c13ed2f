# METADATA
# description: Label selectors as the API server evaluates them.
package lib.selector

# An empty selector matches everything; null is empty too.
matches(selector, labels) if {
	covers(_labels(selector), labels)
	every expression in _expressions(selector) {
		_expression(expression, labels)
	}
}

_labels(selector) := wanted if {
	wanted := selector.matchLabels
	is_object(wanted)
} else := {}

_expressions(selector) := wanted if {
	wanted := selector.matchExpressions
	is_array(wanted)
} else := []

_expression(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

_expression(expression, labels) if {
	expression.operator == "NotIn"
	not _in(expression, labels)
}

_expression(expression, labels) if {
	expression.operator == "Exists"
	_has(expression.key, labels)
}

_expression(expression, labels) if {
	expression.operator == "DoesNotExist"
	not _has(expression.key, labels)
}

_in(expression, labels) if labels[expression.key] in expression.values

_has(key, labels) if _ = labels[key]

# covers(wanted, labels): a Service's selector, where every label must be there.
covers(wanted, labels) if {
	every key, value in wanted {
		labels[key] == value
	}
}

empty(selector) if {
	_labels(selector) == {}
	_expressions(selector) == []
}
