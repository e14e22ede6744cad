"""Completion engines in child processes: analysis may crash, hang or leak, completion may not."""
