"""Checking many specs: which, what is kept of the findings, repairs, baselines, settings."""
