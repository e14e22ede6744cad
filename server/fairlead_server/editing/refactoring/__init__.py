"""What engines do with Python code: it runs in a process of its own, and knows no protocol.

Texts are plain here: ``\\n`` ends all lines, and there is no byte order mark.
"""
