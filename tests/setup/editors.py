"""Editors as Debian 12 has them, unpacked in folders of their own with a script that starts each.

Neither looks for its files where it lies, so the script says where they are.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.setup import debian
from tests.setup.errors import SetupError

_COMPONENTS = Path(__file__).parents[2] / ".components"

_START = """\
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
for libraries in "$root"/usr/lib/*-linux-* "$root"/lib/*-linux-*; do
  [ ! -d "$libraries" ] || LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
"""

_NEOVIM = """\
export VIMRUNTIME="$root/usr/share/nvim/runtime"
exec "$root/usr/bin/nvim" "$@"
"""

# Emacs also needs its sources: without them it finds no compiled library that belongs to one.
_EMACS = """\
export EMACSLOADPATH="$root/usr/share/emacs/28.2/lisp"
export EMACSDATA="$root/usr/share/emacs/28.2/etc" EMACSDOC="$root/usr/share/emacs/28.2/etc"
EMACSPATH=$(echo "$root"/usr/libexec/emacs/28.2/*-linux-*)
export EMACSPATH
eglot=$(echo "$root"/usr/share/emacs/site-lisp/elpa-src/eglot-*)
exec "$root/usr/bin/emacs-nox" --dump-file="$EMACSPATH/emacs.pdmp" --directory="$eglot" "$@"
"""

_VIM = """\
export VIM="$root/usr/share/vim" VIMRUNTIME="$root/usr/share/vim/vim90"
exec "$root/usr/bin/vim.basic" "$@"
"""


@dataclass(frozen=True)
class Editor:
    """One that `packages` bring; it calls itself `version`. `script` ends what starts it."""

    name: str
    packages: tuple[str, ...]
    script: str
    version: str

    @property
    def path(self) -> Path:
        """The script that starts it."""
        return _COMPONENTS / self.name / "start"

    def find(self) -> Path | None:
        """Return the script, if it is there."""
        return self.path if self.path.is_file() else None

    def obtain(self) -> None:
        """Unpack the packages and try whether the editor starts."""
        folder = self.path.parent
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            new = Path(scratch) / "editor"
            debian.unpack(self.packages, Path(scratch), new)
            start = new / "start"
            start.write_text(_START + self.script)
            start.chmod(0o755)
            self._check(start)
            shutil.rmtree(folder, ignore_errors=True)
            new.rename(folder)

    def _check(self, start: Path) -> None:
        said = subprocess.run([start, "--version"], capture_output=True, text=True)
        if not said.stdout.startswith(self.version):
            found = (said.stdout or said.stderr).partition("\n")[0]
            raise SetupError(f"needs {self.version}, which Debian 12 has; here it is: {found}")


NEOVIM = Editor("neovim-0.7", ("neovim",), _NEOVIM, "NVIM v0.7.2")
EMACS = Editor("emacs-28", ("emacs-nox", "elpa-eglot"), _EMACS, "GNU Emacs 28.2")
_ALE = ("vim", "vim-common", "vim-runtime", "vim-ale")
VIM = Editor("vim-9", _ALE, _VIM, "VIM - Vi IMproved 9.0")
