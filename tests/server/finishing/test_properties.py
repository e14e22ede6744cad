"""What holds for any text in any place, however broken both are."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing import FILTERS, Draft, finish
from fairlead_server.finishing.scan import BRACES
from fairlead_server.finishing.shape import shape_of
from fairlead_server.finishing.stopping import stop_rule

LANGUAGES = sorted({"python", "plaintext", *BRACES})
PIECES = (
    *("(", ")", "[", "]", "{", "}", '"', "'", "`", '"""', "${", ":", ";", ",", "\\", "\t", "  "),
    *(
        "\n",
        "\n    ",
        "\n\t",
        "\n\n",
        "\r\n",
        "# ",
        "// ",
        "/*",
        "*/",
        "f'{",
        "r#",
        "😀",
        "é",
        "\f",
    ),
    *("x", "name", "def f", "class A", "if x", "else", "return x", "func f", "fn f", "=>", "@a"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
drafts = st.builds(
    Draft, st.sampled_from(LANGUAGES), texts, texts, texts, st.just(0), whole=st.booleans()
)


def unblank(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=400, deadline=None)
@given(drafts)
def test_finishing_only_cuts_and_converts(draft: Draft) -> None:
    finished = finish(draft)
    assert unblank(draft.text).startswith(unblank(finished.text))
    assert "\n" not in draft.suffix[: finished.replaces]
    changed = finished.text != draft.text or finished.replaces
    assert (
        bool(finished.applied) or not changed or "\r\n" in draft.prefix + draft.suffix + draft.text
    )


@settings(max_examples=300, deadline=None)
@given(drafts)
def test_no_filter_fails(draft: Draft) -> None:
    for _, apply in FILTERS:
        apply(draft)


@settings(max_examples=200, deadline=None)
@given(drafts)
def test_decoding_stops_within_what_is_written(draft: Draft) -> None:
    document = DocumentSnapshot("a", draft.prefix + draft.suffix, draft.language)
    assert shape_of(document, len(draft.prefix)) in ("line", "block")
    data = draft.text.encode()
    cut = stop_rule(document, len(draft.prefix), 1, blocks=True)(data, 0)
    assert cut is None or 0 <= cut <= len(data)


def test_a_filter_that_fails_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    def fails(draft: Draft) -> Draft:
        raise ValueError("boom")

    with caplog.at_level(logging.ERROR):
        finished = finish(Draft("python", "x = ", "\n", "1  "), [("broken", fails), *FILTERS])
    assert (finished.text, finished.applied) == ("1", ("trailing blanks",))
    assert "'broken' failed" in caplog.text
