"""One report of the results of many evals: a page that needs no other file, and Markdown.

``read`` finds the results, ``rows`` says what of them is shown, ``page`` and ``text`` write, and
``drawing`` draws for the page.
"""

from __future__ import annotations

from fairlead_server.evaluation.report.page import page
from fairlead_server.evaluation.report.read import Result, Skipped, read
from fairlead_server.evaluation.report.text import markdown

__all__ = ["Result", "Skipped", "markdown", "page", "read"]
