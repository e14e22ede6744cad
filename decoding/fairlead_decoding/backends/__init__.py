"""Model runtimes, one file each, imported only when used."""
