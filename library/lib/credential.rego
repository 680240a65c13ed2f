# METADATA
# description: What looks like a credential, and what only holds its place.
package lib.credential

# Names that mean a secret; `key` alone is too common (`cache-key`, `public-key`).
named(name) if regex.match(`(?i)(passw(or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|credential)`, name)

# Names that only tell where a secret is or how to treat it.
about(name) if regex.match(`(?i)(^existing.*|(passw(or)?d|token|credential|user(name)?)[-_]?key|[-_.]?(name|file|path|url|uri|ref|id|ttl|expir\w*|timeout|length|policy|type|issuer|audience|endpoint|dir|key_?name|enabled|header|header[-_]?name|cache\w*|max\w*|lifetime|seconds|algorithm))$`, name)

# Text of a known shape: its kind.
kinds := {
	"an AWS access key": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`,
	"a GitHub token": `\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{60,})\b`,
	"a GitLab token": `\bglpat-[0-9A-Za-z_-]{20,}`,
	"a Slack token": `\bxox[abprs]-[0-9A-Za-z-]{10,}`,
	"a private key": `-----BEGIN [A-Z ]*PRIVATE KEY-----`,
	"a JSON web token": `\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}`,
	"a Google API key": `\bAIza[0-9A-Za-z_-]{35}\b`,
	"a Stripe key": `\b[rs]k_live_[0-9A-Za-z]{20,}`,
	"a password in a URL": `[a-z][a-z0-9+.-]*://[^/\s:@$<{]+:[^/\s:@$<{]{3,}@`,
}

_any_kind := concat("|", [pattern | some pattern in kinds])

kind_of(text) := kind if {
	regex.match(_any_kind, text)
	found := sort([name | some name, pattern in kinds; regex.match(pattern, text)])
	kind := found[0]
}

# plain(name, value): a name that means a secret, with a value that could be one.
plain(name, value) if {
	named(name)
	not about(name)
	count(value) >= 4
	not placeholder(value)
	not startswith(value, "/")
	not startswith(value, "$(")

	# API_KEY: API_KEY_VAL is filled in elsewhere.
	not startswith(value, name)
	not regex.match(`^[0-9]+$`, value)
}

placeholder(text) if regex.match(`(?i)^\s*$|^(<.*>|\$\{.*\}|\$\(.*\)|\{\{.*\}\}|x{3,}|\*{3,}|\.{3,}|todo|none|null|true|false|changeme|change[-_ ]me|replace[-_ ]?me|example|dummy|redacted)$`, text)

# Values that say themselves that someone forgot to replace them.
forgotten(text) if regex.match(`(?i)^(your[-_ ].*|.*[-_ ]here|changeme.*|change[-_ ]me.*|replace[-_ ]?me.*|insert[-_ ].*|todo|xxx+|<[^>]+>)$`, text)
