"""API A over WSGI: what it takes, what it refuses, and that it tells nothing it should not."""
