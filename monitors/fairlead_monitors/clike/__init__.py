"""Languages whose lexical rules descend from C: one lexer, and each language as data."""
