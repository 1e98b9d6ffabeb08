"""Generation: from a brief to a form, without a database and without a network."""
