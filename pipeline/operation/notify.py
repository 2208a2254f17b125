"""Notifies people of a finished draft and of a failed run; nobody, unless it is set up here.

    python -m pipeline.operation.notify --webhook https://…           a POST with JSON
    python -m pipeline.operation.notify --mail mailtos://user:password@example.org?to=office@example.org
    python -m pipeline.operation.notify --off                         nobody any more
    python -m pipeline.operation.notify                               says what is set up

Needs a running server: that of `make serve`, or the one PREFECT_API_URL names. Addresses are kept
in its database, encrypted, as blocks of Prefect; they are not printed. "-" asks for an address.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import Any
from uuid import UUID

from pipeline.operation.serve import CannotServeError
from pipeline.operation.settings import ROOT, environment

WEBHOOK, MAIL = "cluster-review-webhook", "cluster-review-mail"
# The name of a final state: Published, or "Published, 3 quarantined".
DRAFT = ("Published", "Published,*")
FAILURES = ("Refused", "Failed", "Crashed", "TimedOut", "Nothing to publish")
KINDS = {"draft": DRAFT, "trouble": FAILURES}
# The id is that of the event: Prefect may report an event twice, and the receiver can detect that.
PAYLOAD = """{
  "id": "{{ event.id }}",
  "run": {{ flow_run.name | tojson }},
  "deployment": {{ (deployment.name if deployment else "") | tojson }},
  "state": {{ flow_run.state.name | tojson }},
  "message": {{ (flow_run.state.message or "") | tojson }},
  "address": {{ (flow_run | ui_url) | tojson }}
}"""
SUBJECT = "cluster-review: {{ flow_run.name }}: {{ flow_run.state.name }}"
BODY = """{{ flow_run.state.message or "" }}

{{ flow_run | ui_url }}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Set up the notifications; return 0, or 1 if the server cannot be reached."""
    arguments = parse(argv)
    os.environ.update(environment(arguments.home, arguments.port))
    from prefect.client.orchestration import get_client

    from pipeline.operation.setup import LockedError, explain_wrong_password

    url = os.environ["PREFECT_API_URL"]
    try:
        with explain_wrong_password(), get_client(sync_client=True) as client:
            if (error := client.api_healthcheck()) is not None:
                print(f"{url} antwortet nicht / does not answer: {error}", file=sys.stderr)
                return 1
            change(client, arguments)
            print(*(configured(client) or ["niemand / nobody"]), sep="\n")
    except LockedError:
        print(CannotServeError("locked", url=url), file=sys.stderr)
        return 1
    return 0


def change(client: Any, arguments: argparse.Namespace) -> None:
    """Do what the arguments request."""
    if arguments.off:
        forget(client)
    if arguments.webhook:
        create_automations(client, WEBHOOK, call_webhook(arguments.webhook))
    if arguments.mail:
        create_automations(client, MAIL, send_mail(arguments.mail))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed arguments."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="notify", description=__doc__, formatter_class=form)
    parser.add_argument("--webhook", metavar="URL")
    parser.add_argument("--mail", metavar="URL", help="of Apprise: mailto:// or mailtos://")
    parser.add_argument("--off", action="store_true", help="tell nobody any more")
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument("--home", type=Path, default=ROOT / ".prefect", metavar="DIR")
    arguments = parser.parse_args(argv)
    for name in ("webhook", "mail"):
        if getattr(arguments, name) == "-":  # a password must not be on the command line
            setattr(arguments, name, getpass(f"{name}: "))
    if arguments.mail and not arguments.mail.startswith(("mailto://", "mailtos://")):
        parser.error("--mail: mailto://… oder/or mailtos://…")
    return arguments


def call_webhook(url: str) -> Any:
    """Save the address as a block; return the action that calls it."""
    from prefect.blocks.webhook import Webhook
    from prefect.events.actions import CallWebhook

    block = Webhook(url=url, headers={"Content-Type": "application/json"})  # type: ignore[arg-type]
    return CallWebhook(block_document_id=keep(block, WEBHOOK), payload=PAYLOAD)


def send_mail(url: str) -> Any:
    """Save the address as a block; return the action that sends a mail to it."""
    # Prefect has no block for SMTP. This block passes an address that is not Slack's to Apprise,
    # which supports SMTP.
    from prefect.blocks.notifications import SlackWebhook
    from prefect.events.actions import SendNotification

    block = SlackWebhook(url=as_plain_text(url))  # type: ignore[arg-type]
    return SendNotification(block_document_id=keep(block, MAIL), subject=SUBJECT, body=BODY)


def as_plain_text(url: str) -> str:
    """Return the address for mails in plain text: a file name may contain HTML."""
    return url if "format=" in url else f"{url}{'&' if '?' in url else '?'}format=text"


def keep(block: Any, name: str) -> UUID:
    """Save a block under our name; return its id."""
    number: UUID = block.save(name, overwrite=True)
    return number


def create_automations(client: Any, name: str, action: Any) -> None:
    """Create the automations for a finished draft and for a failed run."""
    from pipeline.operation.automations import on_states, put

    for kind, states in KINDS.items():
        put(client, on_states(f"{name}: {kind}", states, action))


def forget(client: Any) -> None:
    """Remove the automations and the addresses."""
    from prefect.blocks.core import Block

    from pipeline.operation.automations import remove

    for name, slug in ((WEBHOOK, "webhook"), (MAIL, "slack-webhook")):
        for kind in KINDS:
            remove(client, f"{name}: {kind}")
        try:
            Block.delete(f"{slug}/{name}")
        except ValueError:  # there is no such block
            continue


def configured(client: Any) -> list[str]:
    """Return the automations that are set up."""
    from pipeline.operation.automations import find

    names = [f"{name}: {kind}" for name in (WEBHOOK, MAIL) for kind in KINDS]
    return [name for name in names if find(client, name)]


if __name__ == "__main__":
    sys.exit(main())
