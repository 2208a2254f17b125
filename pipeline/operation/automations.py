"""Prefect's automations: dead runs are marked as such, and the office hears of what matters."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture

from pipeline.operation.settings import DEAD_AFTER_SECONDS

# What a run says of itself, or its worker of it, while it holds its deployment's place. After each
# of these words another one must come: a run that says no more would hold the place for ever.
# (One that is being cancelled holds it, too; the server itself ends that after five minutes.)
HEARTBEAT = "prefect.flow-run.heartbeat"
HOLDING = ("Pending", "Submitting", "InfrastructurePending", "Running", "Retrying")
ALIVE = {HEARTBEAT, *(f"prefect.flow-run.{state}" for state in HOLDING)}
DEAD = "cluster-review: dead runs"
DEAD_MESSAGE = (
    "Der Lauf hat sich nicht mehr gemeldet: sein Prozess ist tot. Die bisherige Veröffentlichung "
    "gilt weiter. / The run has not been heard of: its process is dead. The former publication "
    "stands."
)


def dead_runs(seconds: int = DEAD_AFTER_SECONDS) -> AutomationCore:
    """Return the automation that marks runs as crashed that have said nothing for so long.

    A crashed run gives back its deployment's only place, so that the next one starts.
    """
    return AutomationCore(
        name=DEAD,
        description="Läufe ohne Lebenszeichen / runs that say nothing any more",
        trigger=EventTrigger(
            after=ALIVE,
            # Any word of the run will do: our final states have names of their own.
            expect={"prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=seconds),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, name="Crashed", message=DEAD_MESSAGE, force=False
            )
        ],
    )


def on_states(name: str, description: str, states: Sequence[str], actions: Any) -> AutomationCore:
    """Return an automation that acts when a run of ours comes to one of the states."""
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{state}" for state in states},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={
                "prefect.resource.name": "cluster-review",
                "prefect.resource.role": "work-pool",
            },
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=actions,
    )


def put(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """Make the automation, or bring the one of this name up to date; one switched off stays off.

    One that is the same is left alone: writing it again would forget which runs it waits for.
    """
    there = find(client, automation.name)
    if not there:
        client.create_automation(automation)
    elif content(there[0]) != content(automation):
        changed = automation.model_copy(update={"enabled": there[0].enabled})
        client.update_automation(there[0].id, changed)


def content(automation: AutomationCore) -> Any:
    """Return what an automation does, for comparison."""
    fields = {"name", "description", "trigger", "actions"}
    return automation.model_dump(mode="json", include=fields, exclude={"trigger": {"id"}})


def remove(client: SyncPrefectClient, name: str) -> None:
    """Remove the automations of this name."""
    for automation in find(client, name):
        client.delete_automation(automation.id)


def find(client: SyncPrefectClient, name: str) -> list[Automation]:
    """Return the automations of this name."""
    return list(client.read_automations_by_name(name))
