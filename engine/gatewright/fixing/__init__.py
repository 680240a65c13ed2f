"""Safe repairs: the smallest edit of a manifest that makes a rule fall silent, and keeps comments and layout."""
