"""Localisation: which lines may be at fault, where nobody says which are.

By the trace of a failing test (`trace`), or by which lines failing tests run and passing ones do
not (`spectrum`). `located` puts both together.
"""
