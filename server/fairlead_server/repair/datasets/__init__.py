"""The datasets that ship with fairlead: benchmarks that users have got, and lists of their own."""
