"""Decoding: models, tokens, masks and search.

Knows no programming language, no editor, no file and no subprocess: it sees bytes, tokens and
logits, and whatever steers it satisfies the `Monitor` protocol.
"""
