# METADATA
# description: A GitHub workflow's jobs and steps; a composite action's steps too.
package lib.workflow

document := input.review.object

triggers := object.get(document, "triggers", {})

jobs := object.get(document, "jobs", [])

steps := array.concat(
	[object.union(step, {"job": job.id}) | some job in jobs; some step in job.steps],
	[object.union(step, {"job": ""}) | some step in object.get(document, "steps", [])],
)

# expressions: those of all steps.
expressions := [expression | some step in steps; some expression in step.expressions]

# conditions: each `if` of a job or step, as text.
conditions := [{"line": holder.lines["if"], "text": sprintf("%v", [holder["if"]])} | some holder in array.concat(jobs, steps)]

# uses: each reference to an action, taken apart.
uses := array.concat(
	[entry |
		some step in steps
		is_string(step.uses)
		entry := object.union(_reference(step.uses), {
			"step": step,
			"line": step.lines.uses,
			"comment": object.get(step.comments, "uses", ""),
		})
	],
	[entry |
		some job in jobs
		is_string(job.uses)
		entry := object.union(_reference(job.uses), {
			"step": {},
			"line": job.lines.uses,
			"comment": object.get(job.comments, "uses", ""),
		})
	],
)

_reference(text) := {"text": text, "name": name, "owner": owner, "ref": ref, "kind": kind(text)} if {
	parts := split(text, "@")
	name := lower(parts[0])
	owner := split(name, "/")[0]
	ref := concat("@", array.slice(parts, 1, count(parts)))
}

kind(text) := "docker" if startswith(text, "docker://")

kind(text) := "local" if startswith(text, "./")

kind(text) := "action" if {
	not startswith(text, "docker://")
	not startswith(text, "./")
}

sha(ref) if regex.match(`^[0-9a-f]{40}([0-9a-f]{24})?$`, ref)

# What is a branch by its name; without a reference it is the default branch of the moment.
branches := {"", "main", "master", "develop", "HEAD", "latest", "trunk", "dev"}

# Triggers by which a stranger starts a run that has the repository's secrets.
dangerous_triggers := {name | some name, _ in triggers; name in {"pull_request_target", "workflow_run"}}

# Triggers by which a stranger's text reaches a run.
outside_triggers := {name |
	some name, _ in triggers
	name in {
		"pull_request_target", "workflow_run", "issues", "issue_comment", "discussion", "discussion_comment",
		"pull_request", "pull_request_review", "pull_request_review_comment", "fork", "watch",
	}
}

# stranger_writes(expression): it holds text that whoever opens an issue or a pull request writes. Names of contexts
# have no case, and `a['b']` is `a.b`.
stranger_writes(expression) if {
	not compares(expression)
	regex.match(_untrusted, regex.replace(expression, `\[\s*'([^']*)'\s*\]`, ".$1"))
}

# compares(expression): what comes of it is true or false.
compares(expression) if regex.match(`^[^&|]*[=!]=[^&|]*$|^\s*!?\s*(?i:contains|startsWith|endsWith)\s*\([^&|]*$`, expression)

_untrusted := `(?i)github\.event\.(issue|pull_request|comment|review|review_comment|discussion|discussion_comment)\.(title|body)|github\.event\.pull_request\.head\.(ref|label|repo\.[a-z_]+)|github\.head_ref|github\.event\.(head_commit|commits\[?[^\]]*\]?)\.(message|author\.(name|email))|github\.event\.pages.*\.page_name|github\.event\.workflow_run\.(head_branch|head_commit\.(message|author\.(name|email))|display_title|pull_requests.*\.head\.ref)|github\.event\.client_payload|github\.event\.label\.name|^\s*tojson\(\s*github(\.event)?\s*\)`
