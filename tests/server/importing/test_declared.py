"""What a project depends on: how its modules may be called."""

from __future__ import annotations

import pytest

from fairlead_server.importing.declared import declared_modules


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("numpy>=1.2\n", "numpy"),
        ("Flask-SQLAlchemy[async] ~= 3.0\n", "flask_sqlalchemy Flask_SQLAlchemy"),
        ("ruamel.yaml\n", "ruamel_yaml"),
        ("install_requires=['Pillow', 'opencv-python']", "PIL cv2 pillow"),
        ("- python-dateutil=2.8\n", "dateutil"),
        ("ruamel-yaml-python\n", "ruamel_yaml"),
        ("", ""),
        ("1.0 == é\n", ""),
    ],
)
def test_modules(text: str, modules: str) -> None:
    assert set(modules.split()) <= declared_modules([text])
    assert bool(declared_modules([text])) is bool(modules)
