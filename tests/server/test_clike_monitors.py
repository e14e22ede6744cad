"""The members monitors with real language servers for TypeScript, JavaScript and C++."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairlead_monitors.clike.members import CppMembers, TypeScriptMembers
from fairlead_monitors.engine import Completeness, CompletionEngine, Kind, Names
from fairlead_monitors.evidence import Verdict
from tests.server.language_server import real
from tests.server.language_server.real import ALL, await_names, check, context
from tests.setup import npm

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
IMPORTING = 'import { Berth } from "./berth"; new Berth(1).▮'
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
        patch.setenv("PATH", npm.SEARCH)
        with real.engine(recipe, folder) as running:
            yield running


def is_complete(found: Names) -> bool:
    return found.completeness is Completeness.COMPLETE


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, CompletionEngine]]:
    folder = tmp_path_factory.mktemp("typescript")
    files = {"berth_ts": BERTH, "tsconfig_json": OPTIONS}
    with project(folder, "typescript-language-server", **files) as engine:
        await_names(engine, Kind.MEMBER, folder / "a.ts", IMPORTING, is_complete)
        yield folder, engine


@pytest.fixture(scope="module")
def clangd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, CompletionEngine]]:
    folder = tmp_path_factory.mktemp("cpp")
    with project(folder, "clangd", berth_hpp=HEADER) as engine:
        yield folder, engine


VALID, UNKNOWN, NOTHING = [Verdict.VALID], [Verdict.UNKNOWN], list[Verdict]()


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
    verdict: list[Verdict],
    typescript: tuple[Path, CompletionEngine],
) -> None:
    folder, engine = typescript
    where = context(folder / "harbour.ts", TYPESCRIPT.replace("@", line), engine)
    check(TypeScriptMembers(where), data, admitted, verdict)


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
    verdict: list[Verdict],
    clangd: tuple[Path, CompletionEngine],
) -> None:
    folder, engine = clangd
    where = context(folder / "harbour.cpp", CPP.replace("@", line), engine)
    check(CppMembers(where), data, admitted, verdict)
