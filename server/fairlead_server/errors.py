"""Errors that reach the user.

UserError       bad input or a missing component: one line that names the cause and the way out
NoInterpreter   a Python that was stated is not there: no other may stand in for it
"""


class UserError(Exception):
    """Bad input or a missing component. The message is one line; the exit code is 2."""


class NoInterpreter(UserError):
    """There is no Python where the user says that there is one."""
