# METADATA
# title: CronJob schedule invalid or with TZ
# custom:
#   id: WL-042
#   severity: medium
#   targets:
#   - CronJob.batch
#   why: The API server refuses the CronJob, or it runs at another hour than meant.
#   fix: Write five fields, and the zone in spec.timeZone.
package library.job.cronjob_schedule_invalid

import data.lib.finding

_schedule := trim_space(input.review.object.spec.schedule)

violation contains finding.at(["spec", "schedule"], [], msg) if {
	contains(_schedule, "TZ=")
	msg := "the schedule sets a time zone; use spec.timeZone"
}

violation contains finding.at(["spec", "schedule"], [], msg) if {
	not contains(_schedule, "TZ=")
	not startswith(_schedule, "@")
	not _valid(_schedule)
	msg := sprintf("the schedule %q is not a cron expression", [_schedule])
}

violation contains finding.at(["spec", "schedule"], [], msg) if {
	startswith(_schedule, "@")
	not regex.match(`^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every\s+\S+)$`, _schedule)
	msg := sprintf("the schedule %q is not a cron expression", [_schedule])
}

_valid(schedule) if {
	fields := regex.split(`\s+`, schedule)
	count(fields) == 5
	every i, field in fields {
		every part in split(field, ",") {
			_part(part, _bounds[i])
		}
	}
}

_bounds := [
	{"least": 0, "most": 59, "names": []},
	{"least": 0, "most": 23, "names": []},
	{"least": 1, "most": 31, "names": []},
	{"least": 1, "most": 12, "names": ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]},
	{"least": 0, "most": 6, "names": ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]},
]

_part(part, bounds) if {
	halves := split(part, "/")
	count(halves) <= 2
	every step in array.slice(halves, 1, 2) {
		regex.match(`^[0-9]+$`, step)
		to_number(step) > 0
	}
	_range(halves[0], bounds)
}

_range(text, _) if text in {"*", "?"}

_range(text, bounds) if {
	ends := split(text, "-")
	count(ends) <= 2
	every end in ends {
		_value(end, bounds)
	}
}

_value(text, bounds) if lower(text) in bounds.names

_value(text, bounds) if {
	regex.match(`^[0-9]+$`, text)
	number := to_number(text)
	number >= bounds.least
	number <= bounds.most
}
