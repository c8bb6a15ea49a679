"""Measurements, each beside a peer or a floor in the same run; absolute times depend on the machine."""
