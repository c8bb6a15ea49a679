"""A municipality's own end: takes routed events into a back office, and brings back what becomes of them there."""
