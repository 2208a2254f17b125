"""Operation with Prefect: server, worker, deployments, notifications, and the states of runs."""
