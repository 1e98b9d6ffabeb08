"""The tests mirror the packages; `contract/` is the wire, `fakes/` what stands in for the world outside."""
