"""What strangers send to the server; {port} is the server's. Tests ask it here and when served."""

import httpx

# (origin of a page, whether it may read)
ORIGINS = [
    ("http://127.0.0.1:{port}", True),
    ("http://localhost:{port}", True),
    ("http://127.0.0.1:1", False),  # another program on this machine
    ("https://127.0.0.1:{port}", False),
    ("http://evil.example", False),
    ("http://127.0.0.1.evil.example:{port}", False),
    ("null", False),  # a page in a sandbox, a file
]
# (name by which the server is called, status of its answer)
HOSTS = [
    ("127.0.0.1:{port}", httpx.codes.OK),
    ("localhost:{port}", httpx.codes.OK),
    ("LOCALHOST", httpx.codes.OK),
    ("evil.example", httpx.codes.BAD_REQUEST),
    ("evil.example:{port}", httpx.codes.BAD_REQUEST),
    ("127.0.0.1.evil.example:{port}", httpx.codes.BAD_REQUEST),
    ("localhost.evil.example", httpx.codes.BAD_REQUEST),
    ("user@127.0.0.1", httpx.codes.BAD_REQUEST),
    ("", httpx.codes.BAD_REQUEST),
]
# below /api/
SECRET_PATHS = ["flow_runs/filter", "deployments/filter", "artifacts/filter", "events/filter"]
WRONG_PASSWORDS = [None, ("office", "guess"), ("", "")]
