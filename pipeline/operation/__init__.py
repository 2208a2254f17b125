"""Operation with Prefect: server, worker, deployments, notifications, what a run says of itself."""
