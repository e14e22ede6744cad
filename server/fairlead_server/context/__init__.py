"""What else than the document's own text goes into a prompt, and how much of it.

A source is one file here; `assemble` chooses among what the sources found, within a budget of
tokens, and `keeper` holds the choice still while the user types.
"""
