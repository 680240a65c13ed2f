"""What a policy author asks besides checking: expansion, mutation, why a constraint does not apply, what it costs."""
