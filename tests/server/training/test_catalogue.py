"""The catalogue keeps to the rules that a corpus is bound to."""

from __future__ import annotations

import pytest

from fairlead_server.errors import UserError
from fairlead_server.training.catalogue import Package, load_catalogue
from fairlead_server.training.corpus import require_permitted
from fairlead_server.training.exclusions import BUGSINPY, HELD_OUT
from fairlead_server.training.licences import is_admitted

CATALOGUE = load_catalogue()
TRAINING = [package for package in CATALOGUE if package.role == "training"]


def test_what_is_trained_on_is_few_permissive_and_no_benchmark() -> None:
    require_permitted(CATALOGUE)
    assert 60 <= len(TRAINING) <= 80
    assert {package.language for package in TRAINING} == {"python", "java"}
    assert all(is_admitted(package.licence) for package in TRAINING)
    names = {package.name for package in TRAINING}
    assert len(names) == len(TRAINING)
    assert not names & (BUGSINPY | HELD_OUT)


def test_roles() -> None:
    held_out = {package.name for package in CATALOGUE if package.role == "held_out"}
    assert held_out == HELD_OUT
    excluded = {package.name for package in CATALOGUE if package.role == "excluded"}
    assert {"closure-compiler", "mockito", "jsoup", "libjoda-time-java"} <= excluded
    assert all(package.version for package in CATALOGUE)


@pytest.mark.parametrize(
    ("name", "licence", "message"),
    [
        ("matplotlib", "PSF-2.0", "it is measured on"),
        ("Tornado", "Apache-2.0", "it is measured on"),
        ("youtube_dl", "MIT", "it is measured on"),
        ("hypothesis", "MPL-2.0", "'MPL-2.0' is not admitted"),
        ("anything", "", "is not admitted"),
    ],
)
def test_what_must_not_be_trained_on(name: str, licence: str, message: str) -> None:
    package = Package(name, "1", "python", "pypi", "training", licence)
    with pytest.raises(UserError, match=message):
        require_permitted([package])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[python.x", "not valid TOML"),
        ('[ruby.x]\nversion = "1"', "no heading 'ruby'"),
        ('[python.x]\nversion = "1"\nlicense = "MIT"', "license"),
        ('[python.x]\nlicence = "MIT"', "version"),
        ("python = 3", "python: 3 is no table"),
        ('[python]\nx = "1"', "python.x: '1' is no table"),
        ("[python.x]\nversion = 1", "version is 1"),
        ('[python.x]\nversion = "1"\nlicence = 3', "licence is 3"),
        ('[python.x]\nversion = "1"\nmegabytes = "2"', "megabytes is '2'"),
        ('[held_out.x]\nversion = "1"', "held_out.x: language is None"),
        ('[held_out.x]\nversion = "1"\nlanguage = "ruby"', "language is 'ruby'"),
        (
            '[python.x]\nversion = "1"\nregistry = "npm"',
            "registry is 'npm', not one of pypi, debian",
        ),
    ],
)
def test_a_catalogue_with_a_fault(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_catalogue(text)
