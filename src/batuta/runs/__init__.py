"""Runs: the plan of a campaign's tasks, the jobs they become and the worker that carries them out."""
