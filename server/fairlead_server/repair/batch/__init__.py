"""Repair of whole datasets of bugs: resumable, on one machine or several."""
