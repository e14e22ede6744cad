from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.daemon.messages import Kept, Unreadable
from fairlead_server.daemon.shelf import LONGEST, PLACES, Keeping, Shelf


def _request(texts: list[str]) -> dict[str, Any]:
    return {"request": {"others": [{"path": "a", "text": text} for text in texts]}, "k": 1}


@given(st.lists(st.lists(st.integers(0, 3 * PLACES), max_size=PLACES), max_size=12))
def test_texts_arrive_as_they_were_and_are_sent_when_they_have_to_be(
    requests: list[list[int]],
) -> None:
    shelf, keeping = Shelf(), Keeping()
    for number, wanted in enumerate(requests):
        texts = [f"text {one}" for one in wanted]
        sent = _request(texts)
        new = shelf.replace(sent)
        assert len(new) <= len(set(texts))
        if number and wanted == requests[number - 1]:
            assert new == []
        for kept in new:
            keeping.keep(kept)
        arrived = json.loads(json.dumps(sent))
        keeping.restore(arrived)
        assert arrived == _request(texts)


def test_a_long_text_is_sent_as_it_is() -> None:
    sent = _request(["x" * (LONGEST + 1)])
    assert Shelf().replace(sent) == []
    assert sent == _request(["x" * (LONGEST + 1)])


@pytest.mark.parametrize("arguments", [{}, {"request": 3}, {"request": {"others": [1, {}]}}])
def test_other_arguments_are_left_alone(arguments: dict[str, Any]) -> None:
    before = json.dumps(arguments)
    Keeping().restore(arguments)
    assert json.dumps(arguments) == before


@pytest.mark.parametrize("kept", [Kept(-1, "x"), Kept(PLACES, "x"), Kept(0, "x" * (LONGEST + 1))])
def test_what_no_client_sends_is_not_kept(kept: Kept) -> None:
    with pytest.raises(Unreadable):
        Keeping().keep(kept)


@pytest.mark.parametrize("place", [3, -1, "x", None])
def test_what_is_not_kept_is_not_put_in(place: object) -> None:
    request = {"request": {"others": [{"text": {"kept": place}}]}}
    with pytest.raises(Unreadable):
        Keeping().restore(request)
