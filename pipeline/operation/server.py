"""Prefect's server, for those who address this machine: python -m pipeline.operation.server.

Prefect answers whatever name a request gives the server and has no setting for that. A page on the
internet whose name is made to point to 127.0.0.1 would count as a page of ours in a browser (DNS
rebinding); with this check it gets no answer.
"""

import argparse
from urllib.parse import urlsplit

from pipeline.operation.settings import HERE, HOST


def main() -> None:
    """Serve until SIGTERM, as `prefect server start` does."""
    import uvicorn
    from fastapi.middleware.trustedhost import TrustedHostMiddleware
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    parser = argparse.ArgumentParser(prog="server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    server = get_current_settings().server
    uvicorn.run(
        TrustedHostMiddleware(create_app(final=True), names(server.ui.api_url)),
        host=HOST,
        port=port,
        timeout_keep_alive=server.api.keepalive_timeout,
        ws_ping_interval=server.api.websocket_ping_interval,
        ws_ping_timeout=server.api.websocket_ping_timeout,
        log_level=server.logging_level.lower(),
    )


def names(address: str | None) -> list[str]:
    """Return the host names that the server accepts.

    address: where browsers find its API; it differs from ours behind another web server.
    """
    return [*HERE, *filter(None, [urlsplit(address or "").hostname])]


if __name__ == "__main__":
    main()
