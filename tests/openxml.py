"""The rules of Microsoft's Open XML SDK, as the package openxml-audit has them."""

import os
from pathlib import Path

import pytest


def problems(path: Path) -> list[str]:
    """What is wrong with a file for Excel 2016; skipped without the package, but not where due."""
    try:
        from openxml_audit import FileFormat, OpenXmlValidator
    except ModuleNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip("openxml-audit is not installed")
    return [str(error) for error in OpenXmlValidator(FileFormat.OFFICE_2016).validate(path).errors]
