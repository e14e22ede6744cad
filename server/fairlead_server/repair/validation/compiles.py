"""Does the patched file compile by itself?

What analysis of other languages says is what a compiler says of them.
"""

from __future__ import annotations

import warnings

from fairlead_server.repair.validation.contract import Bench, Finding


class CompilesAsPython:
    """Compiles with the Python that runs fairlead; nothing of the file is executed.

    A file that does not compile without the patch either, as it may be written for another
    version, is not judged.
    """

    name = "compile"
    order = 30

    def wanted(self, bench: Bench) -> bool:
        """Tell whether the document is Python, and a whole file."""
        document = bench.hunk.document
        return document.language == "python" and document.before is None

    def check(self, text: str, bench: Bench) -> Finding:
        """Compile in memory."""
        error = compile_error(bench.hunk.patched(text).text)
        if error is None:
            return Finding()
        texts = (bench.hunk.text, f"{bench.hunk.indent}pass")
        if all(compile_error(bench.hunk.patched(one).text) for one in texts):
            return Finding(detail="not judged: the file does not compile without the hunk either")
        return Finding("does_not_compile", error)


def compile_error(text: str) -> str | None:
    """Return what is wrong with Python source, None if it compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "patched.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"
    return None
