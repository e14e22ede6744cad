"""Edits that are offered only if running them proves something: that they are faster, or test.

What a model has written is run in the sandbox of repairs, on a copy of the project.
"""
