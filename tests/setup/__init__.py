"""What the Makefile runs before a program of ours can: Python, packages, components.

`venv.sh` needs a shell; all else needs the virtual environment and only the standard library.
"""
