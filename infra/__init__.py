"""Templates, packaging, the local stack and the checks on all of them."""
