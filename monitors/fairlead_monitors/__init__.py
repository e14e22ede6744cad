"""Monitors: text in, constraints out.

A monitor watches source text grow and knows which names may be written next. It knows no tokens,
no model, no editor, and starts no process; what it needs to know of a program it asks of a
`CompletionEngine`.
"""
