"""The members monitors with real language servers for TypeScript, JavaScript and C++."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairlead_monitors.clike.members import CppMembers, MembersMonitor, TypeScriptMembers
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, CompletionEngine, Kind, Source
from fairlead_monitors.evidence import Verdict
from tests.server.language_server import real
from tests.setup import npm

CURSOR = "▮"
ALL = None

TYPESCRIPT = """\
import { Berth } from "./berth";

export class Harbour {
  #secret = 1;
  readonly berths: Berth[] = [];
  master?: { name: string; since: Date };

  static open(count: number): Harbour {
    return new Harbour();
  }

  find(depth: number, anything: any): Berth | undefined {
    const found = this.berths.find((berth) => berth.depth >= depth);
    @
    return found;
  }
}
"""
IMPORTING = 'import { Berth } from "./berth"; new Berth(1).'
OPTIONS = '{"compilerOptions": {"target": "es2022", "strict": true}}'
BERTH = """\
export class Berth {
  constructor(readonly depth: number, private vessel = "") {}
  moor(vessel: string): boolean {
    return this.vessel === vessel;
  }
}
"""
CPP = """\
#include "berth.hpp"

struct Harbour {
    std::vector<Berth> berths;
    Berth *find(double depth) {
        for (auto &berth : berths) {
            @
            if (berth.depth >= depth) return &berth;
        }
        return nullptr;
    }
};
"""
HEADER = """\
#include <string>
#include <vector>
namespace port {
enum class Side { left, right };
}
struct Berth {
    double depth = 0;
    std::string vessel;
    static Berth deepest();
    bool moor(const std::string &name) { return vessel == name; }
};
"""


@contextmanager
def project(folder: Path, recipe: str, **files: str) -> Iterator[CompletionEngine]:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(npm.BIN), prepend=os.pathsep)
        with real.engine(recipe, folder) as running:
            yield running


def await_project(engine: CompletionEngine, path: Path, text: str) -> None:
    """Wait until the server has read the project; before that it knows no other file."""
    deadline = time.monotonic() + real.PATIENCE
    after = ""
    while time.monotonic() < deadline:
        answer = engine.names(Kind.MEMBER, Source(str(path), text + after), len(text))
        if answer.result(real.PATIENCE).completeness is Completeness.COMPLETE:
            return
        after += "\n"
    raise TimeoutError("the server has not read the project")


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, CompletionEngine]]:
    folder = tmp_path_factory.mktemp("typescript")
    files = {"berth_ts": BERTH, "tsconfig_json": OPTIONS}
    with project(folder, "typescript-language-server", **files) as engine:
        await_project(engine, folder / "a.ts", IMPORTING)
        yield folder, engine


@pytest.fixture(scope="module")
def clangd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, CompletionEngine]]:
    folder = tmp_path_factory.mktemp("cpp")
    with project(folder, "clangd", berth_hpp=HEADER) as engine:
        yield folder, engine


def check(
    monitor: MembersMonitor, data: str, admitted: str | None, verdict: Verdict | None
) -> None:
    expected = data if admitted is ALL else admitted
    assert data.encode()[: monitor.admitted(data.encode())].decode() == expected
    if admitted is ALL:
        monitor.advance(data.encode())
        found = [evidence.verdict for evidence in monitor.evidence()]
        assert found[-1:] == ([] if verdict is None else [verdict])


VALID, UNKNOWN, NOTHING = Verdict.VALID, Verdict.UNKNOWN, None


@pytest.mark.needs("typescript")
@pytest.mark.parametrize(
    ("line", "data", "admitted", "verdict"),
    [
        ("found▮", "?.moor('a')", ALL, VALID),
        ("found▮", "?.mend('a')", "?.m", VALID),
        ("found!.▮", "depth;", ALL, VALID),
        ("found!.▮", "height;", "h", VALID),
        ("found!.▮", "vessel;", "v", VALID),
        ("this.▮", "#secret;", ALL, NOTHING),
        ("this.▮", "berths.length;", ALL, VALID),
        ("this.▮", "berths.size;", "berths.s", VALID),
        ("this.master?.▮", "since.getTime();", ALL, VALID),
        ("this.master?.▮", "since.time();", "since.t", VALID),
        ("`${this.berths▮", ".map}`", ALL, VALID),
        ("`${this.berths▮", ".zap}`", ".", VALID),
        ("Harbour.▮", "open(1)", ALL, VALID),
        ("Harbour.▮", "berths", "b", VALID),
        ("anything.▮", "whatever", ALL, UNKNOWN),
        ("x = /this.▮", "whatever/", ALL, NOTHING),
    ],
)
def test_typescript(
    line: str,
    data: str,
    admitted: str | None,
    verdict: Verdict | None,
    typescript: tuple[Path, CompletionEngine],
) -> None:
    folder, engine = typescript
    prefix, _, suffix = TYPESCRIPT.replace("@", line).partition(CURSOR)
    path = str(folder / "harbour.ts")
    context = Context(path, prefix, suffix, engine, patience=real.PATIENCE)
    check(TypeScriptMembers(context), data, admitted, verdict)


@pytest.mark.needs("clangd")
@pytest.mark.parametrize(
    ("line", "data", "admitted", "verdict"),
    [
        ("berth.▮;", "moor(", ALL, VALID),
        ("berth.▮;", "mend(", "m", VALID),
        ("this->▮;", "berths", ALL, VALID),
        ("this▮;", "->boats", "->b", VALID),
        ("berths[0].vessel.▮;", "size()", ALL, VALID),
        ("berths[0].vessel.▮;", "depth()", "d", VALID),
        ("std::▮;", "vector<int>", ALL, VALID),
        ("std::▮;", "zebra", "", VALID),
        ("Berth::▮;", "deepest()", ALL, VALID),
        ("port::Side::▮;", "left", ALL, VALID),
        ("port::Side::▮;", "lower", "l", VALID),
        ("unheard.▮;", "whatever", ALL, UNKNOWN),
    ],
)
def test_cpp(
    line: str,
    data: str,
    admitted: str | None,
    verdict: Verdict | None,
    clangd: tuple[Path, CompletionEngine],
) -> None:
    folder, engine = clangd
    prefix, _, suffix = CPP.replace("@", line).partition(CURSOR)
    path = str(folder / "harbour.cpp")
    context = Context(path, prefix, suffix, engine, patience=real.PATIENCE)
    check(CppMembers(context), data, admitted, verdict)
