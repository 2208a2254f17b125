"""What came of a file, as bytes that cross processes and lie on disk: names and texts, cells."""

import json
from typing import Any

from pipeline.intake.cells import Cells
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal


def pack(outcome: Reading | Refusal) -> tuple[bytes, bytes]:
    """Return (JSON, the cells' buffers); of a refusal there are no buffers."""
    if isinstance(outcome, Refusal):
        return json.dumps({"refusal": outcome.as_data()}).encode(), b""
    cells = outcome.cells
    head = {
        "sheets": outcome.sheets,
        "texts": cells.texts,
        "cells": len(cells.kind),
        "sha256": outcome.sha256,
        "repaired": outcome.repaired,
    }
    buffers = b"".join([cells.sheet, cells.place, cells.number, cells.kind])
    return json.dumps(head).encode(), buffers


def unpack(message: bytes, buffers: bytes) -> Reading | Refusal:
    """Return what was packed."""
    head: dict[str, Any] = json.loads(message)
    if "refusal" in head:
        return Refusal.from_data(head["refusal"])
    rest = memoryview(buffers)
    cells, count = Cells(texts=head["texts"]), head["cells"]
    for buffer in (cells.sheet, cells.place, cells.number):
        size = count * buffer.itemsize
        buffer.frombytes(rest[:size])
        rest = rest[size:]
    cells.kind += rest
    return Reading(head["sheets"], cells, head["sha256"], head["repaired"])
