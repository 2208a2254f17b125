"""Scenarios that change a rule: their thresholds are declared in the settings."""

import pytest

from pipeline.common.catalogue import load
from pipeline.common.settings import RobustnessRules, load_settings
from pipeline.evaluation.scenarios import OtherRule, catalogue_in, other_rules

SME_40 = {
    "variant": "sme_40",
    "name": {"de": "KMU-Anteil ab 40 %", "en": "share of SMEs from 40 %"},
    "metric": "sme_share",
    "threshold": 0.4,
}


def rules(*thresholds: dict[str, object]) -> RobustnessRules:
    shipped = load_settings().robustness.model_dump()
    return RobustnessRules.model_validate(shipped | {"thresholds": thresholds})


def test_a_declared_threshold_is_a_scenario_after_those_of_the_contract() -> None:
    settings = load_settings().model_copy(update={"robustness": rules(SME_40)})
    assert [(one.variant, one.metric, one.threshold) for one in other_rules(settings)] == [
        ("without_stand_in", None, None),
        ("sme_40", "sme_share", 0.4),
    ]


@pytest.mark.parametrize("name", ["sme_ifm", "radius_9", "without_stand_in"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="stands further up already"):
        rules(SME_40 | {"variant": name})
    with pytest.raises(ValueError, match="stands further up already"):
        rules(SME_40, SME_40)


def test_every_condition_on_the_figure_has_the_threshold_and_no_other() -> None:
    catalogue = load("go-cluster")
    tried = catalogue_in(OtherRule("rnd_9", metric="rnd_share", threshold=0.09), catalogue)
    for before, after in zip(catalogue.criteria, tried.criteria, strict=True):
        for one, other in zip(before.conditions, after.conditions, strict=True):
            changed = one.metric.key == "rnd_share"
            assert other.threshold == (0.09 if changed else one.threshold)
            assert other.metric == one.metric
    assert catalogue_in(OtherRule("without_stand_in"), catalogue) is catalogue
