"""Secrets and ignored files: what counts as one, and that none is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairlead_server.context.privacy import is_admissible, is_ignored, is_secret
from fairlead_server.context.siblings import LARGEST, MOST, siblings


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's settings of git, of which there are none yet."""
    folder = tmp_path_factory.mktemp("settings")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(folder / "system"))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    return folder


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (".env", True),
        (".env.local", True),
        ("prod.env", True),
        ("server.PEM", True),
        ("id_rsa", True),
        ("id_ed25519.pub", True),
        ("credentials", True),
        ("aws_credentials.json", True),
        ("secrets.py", True),
        (".netrc", True),
        (".ssh/config", True),
        ("home/.aws/config", True),
        ("prod.tfvars", True),
        ("environment.py", False),
        ("keys.py", False),
        ("secretary.py", False),
        ("env.py", False),
    ],
)
def test_secret(path: str, secret: bool) -> None:
    assert is_secret(f"/p/{path}") == secret
    assert is_admissible(f"/p/{path}") == (not secret)


def make(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


# files with patterns, path -> ignored
IGNORED = [
    ({".gitignore": "*.log\n"}, "a.log", True),
    ({".gitignore": "*.log\n"}, "deep/er/a.log", True),
    ({".gitignore": "*.log\n"}, "a.py", False),
    ({".gitignore": "# all\n\nbuild/\n"}, "build/lib/a.py", True),
    ({".gitignore": "build/\n"}, "build.py", False),
    ({".gitignore": "/only.py\n"}, "deep/only.py", False),
    ({".gitignore": "/only.py\n"}, "only.py", True),
    ({".gitignore": "*.py\n!keep.py\n"}, "keep.py", False),
    ({".gitignore": "*.py\n", "deep/.gitignore": "!keep.py\n"}, "deep/keep.py", False),
    ({".gitignore": "deep/\n", "deep/.gitignore": "!keep.py\n"}, "deep/keep.py", True),
    ({"deep/.gitignore": "a.py\n"}, "deep/a.py", True),
    ({"deep/.gitignore": "a.py\n"}, "a.py", False),
    ({".git/info/exclude": "mine.py\n"}, "deep/mine.py", True),
    ({".fairleadignore": "private/\n"}, "private/a.py", True),
    ({".fairleadignore": "*.py\n", "deep/.fairleadignore": "!a.py\n"}, "deep/a.py", False),
    ({".gitignore": "a.py\n", ".fairleadignore": "!a.py\n"}, "a.py", True),
    ({".gitignore": "!a.py\n", ".fairleadignore": "a.py\n"}, "a.py", True),
    ({}, "a.py", False),
]


@pytest.mark.parametrize(("listings", "path", "ignored"), IGNORED)
def test_ignored(tmp_path: Path, listings: dict[str, str], path: str, ignored: bool) -> None:
    project = make(tmp_path, {".git/HEAD": "", **listings})
    assert is_ignored(str(project / path)) == ignored
    assert is_admissible(str(project / path)) == (not ignored)


def test_the_users_own_patterns_hold(tmp_path: Path, home: Path) -> None:
    make(home, {"git/ignore": "*.scratch\n"})
    project = make(tmp_path, {".git/HEAD": ""})
    assert is_ignored(str(project / "a.scratch"))


# (settings, what they say, patterns that hold then); H is the home, P the project
EXCLUDES = [
    ("H/.gitconfig", "[core]\n\texcludesFile = ~/mine\n", "H/mine"),
    ("H/.gitconfig", '[CORE] excludesfile="~/mine" # those\n', "H/mine"),
    ("H/.gitconfig", "[user]\nname = x\n[core]\nexcludesfile = mine\n", "H/mine"),
    ("H/../git/config", "[core]\nexcludesfile = ~/mine\n", "H/mine"),
    ("H/../system", "[core]\nexcludesfile = ~/mine\n", "H/mine"),
    ("P/.git/config", "[core]\nexcludesfile = ~/mine\n", "H/mine"),
    ("H/.gitconfig", '[core "x"]\nexcludesfile = ~/mine\n[user]\n', None),
    ("H/.gitconfig", "[user]\nexcludesfile = ~/mine\n", None),
]


@pytest.mark.parametrize(("settings", "text", "listing"), EXCLUDES)
def test_git_may_be_told_of_more_patterns(
    tmp_path: Path, home: Path, settings: str, text: str, listing: str | None
) -> None:
    def place(name: str) -> Path:
        return Path(name.replace("H", str(home / "home")).replace("P", str(tmp_path)))

    make(tmp_path, {".git/HEAD": ""})
    (home / "home").mkdir()
    place(settings).parent.mkdir(exist_ok=True)
    place(settings).write_text(text)
    place(listing or "H/mine").write_text("*.scratch\n")
    assert is_ignored(str(tmp_path / "a.scratch")) == (listing is not None)
    assert not is_ignored(str(tmp_path / "a.py"))


def test_a_linked_working_tree_and_a_submodule(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "main/.git/info/exclude": "mine.py\n",
            "main/.git/worktrees/other/commondir": "../..\n",
            "main/.git/modules/sub/info/exclude": "subs.py\n",
            "other/.git": f"gitdir: {tmp_path}/main/.git/worktrees/other\n",
            "main/sub/.git": "gitdir: ../.git/modules/sub\n",
            "odd/.git": "what is this",
        },
    )
    assert is_ignored(str(tmp_path / "other" / "mine.py"))
    assert is_ignored(str(tmp_path / "main" / "sub" / "subs.py"))
    assert not is_ignored(str(tmp_path / "main" / "sub" / "mine.py"))
    assert not is_ignored(str(tmp_path / "odd" / "mine.py"))


def test_what_a_link_leads_to_counts(tmp_path: Path) -> None:
    make(tmp_path, {".git/HEAD": "", ".gitignore": "hidden/\n", ".env": "", "hidden/a.py": ""})
    for name, target in (("plain.py", ".env"), ("other.py", "hidden/a.py"), ("folder", "hidden")):
        (tmp_path / name).symlink_to(tmp_path / target)
    for name in ("plain.py", "other.py", "folder/a.py", "folder/new.py"):
        assert not is_admissible(str(tmp_path / name)), name


def test_what_lies_above_the_repository_does_not_count(tmp_path: Path) -> None:
    make(tmp_path, {".gitignore": "*\n", "inner/.git/HEAD": ""})
    assert not is_ignored(str(tmp_path / "inner" / "a.py"))
    assert is_ignored(str(tmp_path / "a.py"))


def test_patterns_that_change_are_read_again(tmp_path: Path) -> None:
    make(tmp_path, {".git/HEAD": "", ".gitignore": "a.py\n"})
    assert is_ignored(str(tmp_path / "a.py"))
    make(tmp_path, {".gitignore": "b.py\n"})
    os.utime(tmp_path / ".gitignore", (1, 1))
    assert not is_ignored(str(tmp_path / "a.py"))


def test_files_beside_a_document(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "generated.py\n",
            "own.py": "own",
            "good.py": "good",
            "generated.py": "generated",
            "secrets.py": "secret",
            ".hidden.py": "hidden",
            "notes.md": "notes",
            "large.py": "x" * (LARGEST + 1),
            "deep/far.py": "far",
        },
    )
    (tmp_path / "binary.py").write_bytes(b"\0")
    (tmp_path / "link.py").symlink_to(tmp_path / "good.py")
    assert [d.text for d in siblings(str(tmp_path / "own.py"))] == ["good"]
    assert siblings(str(tmp_path / "absent" / "own.py")) == ()


def test_of_many_files_the_last_changed_ones_are_taken(tmp_path: Path) -> None:
    for number in range(MOST + 4):
        make(tmp_path, {f"f{number:02}.py": str(number)})
        os.utime(tmp_path / f"f{number:02}.py", (1000 + number, 1000 + number))
    found = [int(d.text) for d in siblings(str(tmp_path / "own.py"))]
    assert found == list(range(MOST + 3, 3, -1))


def test_a_pattern_that_nobody_understands_ignores_nothing_and_spoils_nothing(
    tmp_path: Path,
) -> None:
    patterns = "[z-a]\nfoo\\\n!\n*.log\n"
    make(tmp_path, {".git/HEAD": "", ".gitignore": patterns, "a.py": "", "a.log": ""})
    assert not is_ignored(str(tmp_path / "a.py"))
    assert is_ignored(str(tmp_path / "a.log"))
