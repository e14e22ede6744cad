"""fairlead's composition and its front ends: command line and language server.

The only package that touches files, settings, subprocesses and LSP, and the only one that knows
both decoding and monitors.
"""

from importlib.metadata import version

__version__ = version("fairlead")
