package shop.discount

# Regular customers get what their level says, and nobody more than the shop can bear.
percent := min([data.levels[input.level], data.ceiling])

refused contains msg if {
	not data.levels[input.level]
	msg := sprintf("there is no level %q", [input.level])
}
