"""The monitors for Java."""
