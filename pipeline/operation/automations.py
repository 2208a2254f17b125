"""Prefect's automations: they mark dead runs as crashed, and notify the office."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture

from pipeline.operation.settings import DEAD_AFTER_SECONDS

# Events that a run, or its worker for it, sends while it occupies its deployment's only slot. After
# each of these another event must follow: a run that sends no more would occupy the slot for ever.
# (A run that is being cancelled occupies it, too; the server ends that after five minutes.)
HEARTBEAT = "prefect.flow-run.heartbeat"
HOLDING = ("Pending", "Submitting", "InfrastructurePending", "Running", "Retrying")
ALIVE = {HEARTBEAT, *(f"prefect.flow-run.{state}" for state in HOLDING)}
DEAD = "cluster-review: dead runs"
DEAD_MESSAGE = (
    "Der Lauf hat sich nicht mehr gemeldet: sein Prozess ist tot. Die bisherige Veröffentlichung "
    "gilt weiter. / The run has not been heard of: its process is dead. The former publication "
    "stands."
)


def dead_runs() -> AutomationCore:
    """Return the automation that marks a run without any event for DEAD_AFTER_SECONDS as crashed.

    A crashed run frees its deployment's only slot, so that the next one starts.
    """
    return AutomationCore(
        name=DEAD,
        description="Läufe ohne Lebenszeichen / runs that say nothing any more",
        trigger=EventTrigger(
            after=ALIVE,
            # Any event of the run counts: our final states have names of their own.
            expect={"prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=DEAD_AFTER_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, name="Crashed", message=DEAD_MESSAGE, force=False
            )
        ],
    )


def on_states(name: str, states: Sequence[str], action: Any) -> AutomationCore:
    """Return an automation that acts when one of our runs enters one of the states."""
    return AutomationCore(
        name=name,
        description=", ".join(states),
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
        actions=[action],
    )


def put(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """Create the automation, or update the one of this name; a disabled one stays disabled.

    An unchanged one is not written again: that would reset which runs it is waiting for.
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
