"""One module a kind of data: `cases(fixtures, options)` yields its Cases."""
