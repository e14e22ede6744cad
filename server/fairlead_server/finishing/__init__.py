"""From what a model wrote to what is offered: filters that cut and convert, and never invent."""

from __future__ import annotations

from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.finish import FILTERS, Finished, finish

__all__ = ["FILTERS", "Draft", "Finished", "finish"]
