"""Monitors for Python."""
