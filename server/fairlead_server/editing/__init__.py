"""Edit by instruction: refactorings that engines do, edits that a model writes, and their checks.

Nothing here knows of the protocol. What has been checked is offered; what fails a check is not.
"""
