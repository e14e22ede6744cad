"""The language server. The only code that knows the protocol and imports pygls.

A feature is one file in `features`: it takes a snapshot of the document, converts the position
once, hands the work to the worker or to an analysis thread, awaits, and converts the answer.
"""
