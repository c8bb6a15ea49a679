"""The shared kernel of Synpunkt: what two or more rooms need."""
