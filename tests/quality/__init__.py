"""What the items are worth: labelled sets, and what measures a linter on them."""
