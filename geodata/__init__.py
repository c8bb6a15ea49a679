"""How the boundary index is built. Nothing here is needed to run Synpunkt."""
