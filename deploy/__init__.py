"""Running the service by hand on a machine of one's own."""
