"""Errors that reach the user.

UserError   bad input or a missing component: one line that names the cause and the way out
"""


class UserError(Exception):
    """Bad input or a missing component. The message is one line; the exit code is 2."""
