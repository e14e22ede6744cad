"""What a run has found, as figures, as a page for people, and as Markdown.

``figures`` computes, ``page`` and ``text`` write, ``drawing`` draws for the page.
"""

from __future__ import annotations

from fairlead_server.repair.batch.report.making import Made, make

__all__ = ["Made", "make"]
