"""What is offered of what models write, over all filters."""

from __future__ import annotations

import pytest

from fairlead_server.finishing import FILTERS, Draft, finish
from tests.server.finishing.cases import GOLDEN, Case, cases


def draft(case: Case) -> Draft:
    return Draft(case.language, case.prefix, case.suffix, case.text, whole=case.whole)


@pytest.mark.parametrize("case", list(cases()))
def test_golden(case: Case) -> None:
    finished = finish(draft(case))
    replaced = case.suffix[: finished.replaces]
    is_cut = case.expected is None or case.expected.replace("\r\n", "\n") != case.text
    assert (finished.text or None, replaced) == (case.expected, case.replaced)
    assert (case.filter in finished.applied) == bool(is_cut or case.replaced)


@pytest.mark.parametrize("case", list(cases()))
def test_nothing_is_invented(case: Case) -> None:
    offered = finish(draft(case)).text
    assert "".join(case.text.split()).startswith("".join(offered.split()))


@pytest.mark.parametrize("case", list(cases()))
def test_what_is_finished_stays_as_it_is(case: Case) -> None:
    once = finish(draft(case))
    if once.text:
        again = finish(Draft(case.language, case.prefix, case.suffix, once.text, once.replaces))
        assert (again.text, again.replaces) == (once.text, once.replaces)


def test_every_filter_has_cases() -> None:
    files = {path.stem.replace("_", " ") for path in GOLDEN.glob("*.toml")}
    assert files == {name for name, _ in FILTERS}
