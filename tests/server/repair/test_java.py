"""Java: what a scripted model writes, checked by the real Eclipse JDT LS."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_analysis
from fairlead_server.errors import UserError
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.repair.fault import fault_in, seen
from fairlead_server.repair.search import Found, Plan, search
from fairlead_server.settings import Settings
from tests.server.repair.scripted import Scripted
from tests.server.repair.seeded import Seeded, seeded

pytestmark = pytest.mark.needs("jdtls")

LIMIT = 120.0
"""Seconds; nothing here is about speed."""


class Checked(Scripted):
    """Writes what the test says; the diagnostics are real."""

    def __init__(self, analysis: ProjectAnalysis, texts: list[str]) -> None:
        super().__init__(texts)
        self.analysis = analysis

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return self.analysis.diagnostics(document, LIMIT)


def searched(fault: Seeded, folder: Path, project: Path | None, texts: list[str]) -> Found:
    hunk = fault.seed(folder)
    analysis = build_analysis(Settings(imports=False), str(project) if project else None, ["java"])
    try:
        means = Checked(analysis, texts)
        before = seen(means.diagnostics(hunk.document, LIMIT), hunk.document)
        return search(means, fault_in(hunk, before), Plan(samples=120))
    finally:
        analysis.close()


FAULTS = {fault.name: fault for fault in seeded("java")}


def test_what_compiles_and_mends_is_plausible(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    texts = [
        "names.add(line.getName());",
        "names.add(line);",
        "names.add(line.getTitle(1));",
        '@SuppressWarnings("all") String s = line.getName();',
        "names.add(line.getName()",
    ]
    found = searched(FAULTS["absent-method"], folder, folder, texts)
    verdicts = {one.candidate.text.strip(): one.result.verdict for one in found.candidates}
    verdict = ["plausible", "new_diagnostic", "new_diagnostic", "rejected", "does_not_parse"]
    assert verdicts == dict(zip(texts, verdict, strict=True))


def test_a_file_of_no_project_is_not_repaired(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="only syntax errors are reported"):
        searched(FAULTS["absent-method"], tmp_path / "project", None, [])
