# METADATA
# description: Label selectors as the API server evaluates them.
package lib.selector

# An empty selector matches everything.
matches(selector, labels) if {
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
	every expression in object.get(selector, "matchExpressions", []) {
		_expression(expression, labels)
	}
}

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
	count(object.get(selector, "matchLabels", {})) == 0
	count(object.get(selector, "matchExpressions", [])) == 0
}
