"""Telling others what happened: webhooks and mail."""
