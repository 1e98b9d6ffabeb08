"""What operators rely on: health, metrics, request ids, headers."""
