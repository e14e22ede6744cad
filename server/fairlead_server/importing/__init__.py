"""Imports that a name needs: where they may come from, and where they go in a document.

Pure: texts in, statements and offsets out. What offers an import to the user checks it first, by
analysing the document with the import in place.
"""

from fairlead_server.importing.index import (
    FileImports,
    ProjectIndex,
    build_index,
    find_imports,
    read_file,
)
from fairlead_server.importing.insert import add_imports, insert_import
from fairlead_server.importing.line import ImportLine, parse_import
from fairlead_server.importing.standard import is_standard

__all__ = [
    "FileImports",
    "ImportLine",
    "ProjectIndex",
    "add_imports",
    "build_index",
    "find_imports",
    "insert_import",
    "is_standard",
    "parse_import",
    "read_file",
]
