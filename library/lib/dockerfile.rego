# METADATA
# description: A Dockerfile's instructions, and the commands that its RUN lines start.
package lib.dockerfile

document := input.review.object

instructions := document.instructions

named(name) := [instruction | some instruction in instructions; instruction.instruction == name]

stages := document.stages

final := stages[count(stages) - 1]

# What the image is made of: the instructions of the last stage.
final_instructions := [instruction | some instruction in instructions; instruction.stage == final.index]

# bases: the images that stages start from, other than stages and nothing; one with open variables cannot be told.
bases := [{"line": stage.line, "image": reference} |
	some stage in stages
	not earlier_stage(stage, stage.image)
	reference := expand(stage.image)
	reference != "scratch"
]

# repeated(name): the instructions that follow one of the same name in their stage.
repeated(name) := [later |
	some stage in stages
	found := [instruction | some instruction in named(name); instruction.stage == stage.index]
	some i, later in found
	i > 0
]

# commands: every simple command of every RUN, with the program's bare name.
commands := [entry |
	some i, instruction in instructions
	instruction.instruction == "RUN"
	some j, command in instruction.commands
	words := _as_pip(command.words)
	entry := {
		"instruction": i,
		"index": j,
		"stage": instruction.stage,
		"line": command.line,
		"words": words,
		"before": command.before,
		"after": command.after,
		"program": program(words),
		"mounts": object.get(instruction.flags, "mount", []),
	}
]

# `python3 -m pip install` is `pip install`.
_as_pip(words) := array.concat(["pip"], array.slice(words, 3, count(words))) if {
	regex.match(`^(.*/)?python[0-9.]*$`, words[0])
	array.slice(words, 1, 3) == ["-m", "pip"]
} else := words

program(words) := name if {
	parts := split(words[0], "/")
	name := parts[count(parts) - 1]
}

# The words that are no options: `apt-get install -y curl` has install and curl.
operands(words) := [word | some i, word in words; i > 0; not startswith(word, "-")]

options(words) := {word | some word in words; startswith(word, "-")}

# runs(command, programs, verb): the command is one of the programs with that first operand.
runs(command, programs, verb) if {
	command.program in programs
	operands(command.words)[0] == verb
}

# With an option that takes a value the verb may come second: `apt-get -o Dpkg::Use-Pty=0 install`.
runs(command, programs, verb) if {
	command.program in programs
	operands(command.words)[1] == verb
	some word in command.words
	word in {"-o", "-c", "-t"}
}

# short_option(words, letter): `-y`, also inside `-qqy`.
short_option(words, letter) if {
	some word in words
	regex.match(sprintf("^-[A-Za-z]*%s[A-Za-z]*$", [letter]), word)
}

stage_names := {lower(stage.name) | some stage in stages; stage.name != ""}

earlier_stage(stage, reference) if {
	some other in stages
	other.index < stage.index
	lower(reference) in {lower(other.name), sprintf("%d", [other.index])}
	reference != ""
}

# expand(text): variables of the global ARGs put in; undefined when one stays open.
expand(text) := text if not contains(text, "$")

expand(text) := result if {
	contains(text, "$")
	result := strings.replace_n(_replacements, text)
	not contains(result, "$")
}

_replacements[pattern] := value if {
	some name, value in document.globalArgs
	value != ""
	some pattern in [sprintf("${%s}", [name]), sprintf("$%s", [name])]
}
