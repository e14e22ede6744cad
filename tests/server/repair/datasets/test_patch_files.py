"""Which lines a patch that undoes a fix makes wrong, and what is right there."""

from __future__ import annotations

import pytest

from fairlead_server.repair.batch.bug import Place
from fairlead_server.repair.datasets.defects4j import kind_of
from fairlead_server.repair.datasets.patch_files import undone

HEAD = "diff --git a/A.java b/A.java\nindex 1..2 100644\n--- a/A.java\n+++ b/A.java\n"


@pytest.mark.parametrize(
    ("hunks", "expected", "kind"),
    [
        ("@@ -3,3 +3,3 @@ class A\n a\n-right\n+wrong\n b\n", [(4, 4, "right")], "single-line"),
        ("@@ -3,3 +3,2 @@\n a\n-right\n b\n", [(4, 3, "right")], "single-line"),
        ("@@ -3,2 +3,3 @@\n a\n+wrong\n b\n", [(4, 4, "")], "single-line"),
        (
            "@@ -3,4 +3,3 @@\n a\n-one\n-two\n+wrong\n b\n",
            [(4, 4, "one\ntwo")],
            "single-hunk",
        ),
        (
            "@@ -3,3 +3,4 @@\n a\n-right\n+wrong\n+too\n b\n",
            [(4, 5, "right")],
            "single-hunk",
        ),
        (
            "@@ -3,5 +3,4 @@\n a\n-one\n+wrong\n b\n-two\n c\n@@ -20 +19 @@\n-three\n+wrong\n",
            [(4, 4, "one"), (6, 5, "two"), (19, 19, "three")],
            "multi-hunk",
        ),
        # Nothing but blank lines and comments between them: one place.
        (
            "@@ -3,6 +3,6 @@\n a\n-one\n+wrong\n\n     // b\n-two\n+wrong\n c\n",
            [(4, 7, "one\n\n    // b\ntwo")],
            "single-hunk",
        ),
        # Lines that look like headers.
        (
            "@@ -3,3 +3,3 @@\n a\n--- i;\n+++ i;\n b\n",
            [(4, 4, "-- i;")],
            "single-line",
        ),
        ("@@ -0,0 +1,2 @@\n+one\n+two\n", [(1, 2, "")], "single-hunk"),
        ("@@ -1,2 +0,0 @@\n-one\n-two\n", [(1, 0, "one\ntwo")], "single-hunk"),
        (
            "@@ -1 +1 @@\n-right\r\n\\ No newline at end of file\n+wrong\r\n"
            "\\ No newline at end of file\n",
            [(1, 1, "right")],
            "single-line",
        ),
    ],
)
def test_places(hunks: str, expected: list[tuple[int, int, str]], kind: str) -> None:
    found = undone(HEAD + hunks)
    assert list(found) == [Place("A.java", *one) for one in expected]
    assert kind_of(found) == kind


def test_places_of_several_files() -> None:
    other = HEAD.replace("A.java", "b/B.java")
    hunk = "@@ -3 +3 @@\n-right\n+wrong\n"
    assert [place.path for place in undone(HEAD + hunk + other + hunk)] == ["A.java", "b/B.java"]


@pytest.mark.parametrize(
    "patch",
    [
        "",
        "no patch\n",
        HEAD,
        "--- a/A.java\n+++ /dev/null\n@@ -1 +0,0 @@\n-right\n",
        "--- /dev/null\n+++ b/A.java\n@@ -0,0 +1 @@\n+wrong\n",
    ],
)
def test_what_changes_no_lines(patch: str) -> None:
    with pytest.raises(ValueError, match=r"changes nothing|whole files"):
        undone(patch)
