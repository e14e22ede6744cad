"""The repair of one bug: search, in one place or several, and then the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bases import Trier, base_of, confirming, require_possible
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.batch.journal import Journal, key_of
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.places import Texts, is_fix, mended, texts_of
from fairlead_server.repair.batch.proposals import Proposal, in_order
from fairlead_server.repair.batch.sequence import checked, in_sequence, part_of
from fairlead_server.repair.batch.stopping import Interrupted
from fairlead_server.repair.batch.trials import Trial, Trying, recorded, suite_of
from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.search import Found, Means, Plan, Progress, bench_of, search
from fairlead_server.repair.testing import telling_line
from fairlead_server.repair.validation.contract import Runner

_STARTED = 120.0
"""Seconds for the first analysis, for which a language server may have to start."""
_PLACES = 5
"""Places that are tried where it is not known which one is at fault."""


@dataclass(frozen=True)
class Tools:
    """What a bug is repaired with: a model and analysis, and what runs its commands.

    `localise` finds the lines that are probably at fault, the most suspicious first; `progress`
    is told a share from 0 to 1 and what is done.
    """

    means: Means
    run: Runner
    trying: Trying
    journal: Journal
    plan: Plan
    localise: Callable[[Bug], Sequence[Place]]
    cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[float, str], None] = lambda share, said: None


@dataclass(frozen=True)
class Mended:
    """What was found for a bug, the most promising first, and the model's tokens by half.

    `fix_known` says whether it is known what the developers wrote.
    """

    proposals: tuple[Proposal, ...]
    tokens: dict[bool, int]
    remarks: tuple[str, ...] = ()
    fix_known: bool = False


def mend(bug: Bug, order: Order, tools: Tools) -> Mended:
    """Search for patches of `bug`, and run its tests with them.

    Raises `UserError` where that makes no sense, and `Interrupted`.
    """
    trier = Trier(tools.run, tools.journal, tools.cancelled)
    base = base_of(bug.commands, trier)
    fix = mended(texts_of(bug)) if bug.places else None
    require_possible(bug.commands, fix, trier)
    ways = _ways(bug, order, tools)
    plan = part_of(tools.plan, len(ways))
    found = [_Searching(texts, fix, base, plan, tools).mended(order.beam) for texts in ways]
    proposals = sorted(
        (proposal for one in found for proposal in one.proposals),
        key=lambda p: (not p.one.plausible, -p.one.features.score()),
    )
    tokens = {arm: sum(one.tokens.get(arm, 0) for one in found) for arm in tools.plan.arms}
    judged, remarks = _judged(proposals, fix, base, order, tools)
    # What a model or its completer says besides explains why there is nothing.
    said = (remark for one in found if not one.proposals for remark in one.remarks)
    remarks = tuple(dict.fromkeys((*said, *remarks)))
    return Mended(tuple(in_order(judged)), tokens, remarks, fix is not None)


def _ways(bug: Bug, order: Order, tools: Tools) -> list[Texts]:
    """Return what to mend: all places of the bug together, or else one after the other."""
    if bug.places and order.localise is None:
        return [texts_of(bug)]
    key = key_of("places", bug.name)
    entry = tools.journal.recall(key)
    if entry is None:
        found = [(p.path, p.first, p.last) for p in tools.localise(bug)]
        _go_on(tools)
        entry = tools.journal.add(key, {"places": found[:_PLACES]})
    places = [Place(*place) for place in entry["places"]]
    if not places:
        raise UserError("no line of the project is suspicious; name places in the dataset")
    return [texts_of(replace(bug, places=(place,))) for place in places]


@dataclass(frozen=True)
class _Searching:
    """The search for one bug in the places of `texts`, of which the developers made `fix`."""

    texts: Texts
    fix: Texts | None
    base: Outcome
    plan: Plan
    tools: Tools

    def mended(self, beam: int) -> Mended:
        """Return proposals that have not been run."""
        if len(self.texts.bug.places) > 1:
            return self._in_sequence(beam)
        found = self._found(self.texts.hunk(), self.plan)
        made = [(self.texts.then(one.candidate.text), one) for one in found.candidates]
        proposals = tuple(Proposal(one, texts, is_fix(texts, self.fix)) for texts, one in made)
        return Mended(proposals, found.tokens, found.remarks)

    def _in_sequence(self, beam: int) -> Mended:
        sequenced = in_sequence(self.texts, self.plan, beam, self._found)
        suite = suite_of(self.texts.bug.commands, self.base, self.tools.run)
        ways = checked(sequenced, self._diagnosed, suite)
        proposals = tuple(Proposal(one, texts, is_fix(texts, self.fix)) for texts, one in ways)
        return Mended(proposals, sequenced.tokens, sequenced.remarks)

    def _found(self, hunk: Hunk, plan: Plan) -> Found:
        tools = self.tools
        fault = fault_in(hunk, self._diagnosed(hunk.document))
        suite = suite_of(self.texts.bug.commands, self.base, tools.run)
        found = search(
            tools.means,
            fault,
            plan,
            bench=bench_of(tools.means, fault, plan, suite),
            remarks=[said] if (said := telling_line(self.base.output)) else [],
            cancelled=tools.cancelled,
            progress=partial(_told, tools),
            clock=tools.journal.clock,
        )
        _go_on(tools)
        return found

    def _diagnosed(self, document: DocumentSnapshot) -> Diagnostics:
        return self.tools.means.diagnostics(document, _STARTED)


def _told(tools: Tools, news: Progress) -> None:
    tools.progress(news.share, f"{news.candidates} candidates")


def _judged(
    proposals: Sequence[Proposal], fix: Texts | None, base: Outcome, order: Order, tools: Tools
) -> tuple[list[Proposal], tuple[str, ...]]:
    """Return the proposals that were checked to the end, with what the tests say, and remarks."""
    waiting = [one for one in proposals if one.one.plausible]
    refused = [one for one in proposals if not one.one.plausible]
    if not waiting:
        return refused, ()
    judged = []
    commands = waiting[0].texts.bug.commands
    trier = Trier(tools.run, tools.journal, tools.cancelled)
    commands, remarks = confirming(commands, fix, trier)
    trials = [_trial(one, base, commands) for one in waiting]
    results = recorded(trials, tools.journal, tools.trying)
    lacking = set(tools.plan.arms)
    for number, (proposal, result) in enumerate(zip(waiting, results, strict=True), 1):
        _go_on(tools)
        one = replace(proposal, one=replace(proposal.one, result=result), tried=number)
        tools.progress(1.0, f"{number} of {len(waiting)} candidates run")
        judged.append(one)
        lacking -= one.arms if one.one.plausible else set()
        if order.first and not lacking:
            break
    return [*judged, *refused], remarks


def _trial(proposal: Proposal, base: Outcome, commands: Commands) -> Trial:
    text, so_far = proposal.one.candidate.text, proposal.one.result
    return Trial(proposal.hunk, text, commands, base, so_far, dict(proposal.others))


def _go_on(tools: Tools) -> None:
    if tools.cancelled():
        raise Interrupted
