"""Stub."""


def check_types(state, graph):
    pass


def check_query_types(state, program, body, subjects):
    return []
