"""What the process that ships is made of: real models, and the engines of projects."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead_decoding.complete import Decoder
from fairlead_decoding.prompt import Layout
from fairlead_decoding.trie import trie_of
from fairlead_server.analysis.choice import unchecked
from fairlead_server.completer import Completer
from fairlead_server.daemon.host import Parts, Remark
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings


@dataclass(frozen=True)
class SharedModel:
    """A model that the completers of all clients use."""

    decoder: Decoder

    @property
    def name(self) -> str:
        """The model's name for people."""
        return self.decoder.model.name

    def forget(self) -> None:
        """Free the KV caches of prompts."""
        self.decoder.close()

    def close(self) -> None:
        """Free the model, and what was computed from its vocabulary."""
        self.decoder.close()
        self.decoder.model.close()
        trie_of.cache_clear()


class ClientTools(ProjectAnalysis):
    """What analysis knows of a client's project, and the layout of prompts that the client wants.

    Both outlive the model, which may be unloaded and loaded again.
    """

    def __init__(self, analysis: ProjectAnalysis, layout: Layout | None) -> None:
        super().__init__(analysis.engines, analysis.monitors)
        self.layout: Layout | None = layout


def equip(settings: Settings, project: str | None, remark: Remark) -> ClientTools:
    """Set up the engines of a project. Raises `UserError`."""

    def refused(language: str, error: UserError) -> None:
        remark(unchecked(language, error))

    layout = layout_of(settings)
    return ClientTools(build_analysis(settings, project, refused=refused), layout)


def complete(model: SharedModel, tools: ClientTools) -> Completer:
    """Return the completer of a client."""
    return Completer(model.decoder, tools.engines, tools.monitors, tools.layout)


PARTS = Parts(lambda settings: SharedModel(load_decoder(settings)), equip, complete)
