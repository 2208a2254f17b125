"""Every file under schemas/ that users may change, and the structure it must have."""

from collections.abc import Mapping
from typing import Any

from pipeline.common.catalogue import FIGURES
from pipeline.common.settings import Settings
from pipeline.publication.release.cover import check_letter
from pipeline.report.feedback.formulas import Functions
from pipeline.report.form.plan import FormTexts
from pipeline.submissions.crosschecks.declared import CrossChecks
from pipeline.submissions.field_messages import Phrases
from pipeline.submissions.mapping.hints import Hints
from pipeline.tables.findings import Kinds
from pipeline.tables.hints import hints
from schemas import efforts, properties, reference_figures
from schemas.benchmarks import Benchmarks
from schemas.checked import Text, load
from schemas.declaration import REGISTERS, OfficeFiles, Sheets, Submission
from schemas.frequency import FrequencyWords
from schemas.rows import RowWords

# Without catalogues, which `catalogue.load` checks one by one. In the order of their dependencies,
# so that the first mistake is reported where it is.
SHAPES: Mapping[str, Any] = {
    **REGISTERS,
    "workbook.toml": Submission,
    "office.toml": OfficeFiles,
    "views.toml": Sheets,
    "settings.toml": Settings,
    efforts.NAME: efforts.SHAPE,
    properties.NAME: properties.SHAPE,
    "metrics.toml": FIGURES,
    "benchmarks.toml": Benchmarks,
    "texts.toml": dict[str, dict[str, Text]],
    "messages.toml": Phrases,
    "findings.toml": Kinds,
    "crosschecks.toml": CrossChecks,
    "mapping_hints.toml": Hints,
    "often.toml": FrequencyWords,
    "rows.toml": RowWords,
    "form.toml": FormTexts,
    reference_figures.NAME: reference_figures.References,
    "functions.toml": Functions,
}


def check_declarations() -> None:
    """Load every file; DeclarationError names the mistakes of the first faulty one."""
    for name, shape in SHAPES.items():
        load(name, shape)
    check_letter()
    hints()  # this needs polars, which check does not load for a file without mistakes
