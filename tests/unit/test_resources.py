"""Where templates, translations and instruments are found: the wheel's copies, or the repository's folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess import resources

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_checkout_reads_the_folders_of_the_repository() -> None:
    assert resources.templates() == REPOSITORY / "templates"
    assert resources.translations() == REPOSITORY / "translations"
    assert resources.instruments() == REPOSITORY / "instruments"


def test_the_copy_inside_the_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "assess" / "_shipped"
    (shipped / "templates").mkdir(parents=True)
    (tmp_path / "translations").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "assess")
    monkeypatch.setattr(resources, "_SHIPPED", shipped)
    assert resources.templates() == shipped / "templates"
    assert resources.translations() == tmp_path / "translations"


def test_a_folder_that_was_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "assess")
    monkeypatch.setattr(resources, "_SHIPPED", tmp_path / "assess" / "_shipped")
    with pytest.raises(FileNotFoundError, match="assess is installed without its instruments/ folder"):
        resources.instruments()
