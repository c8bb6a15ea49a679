"""Packages the bridge with Chalice and deploys it, into a municipality's account or to the emulator."""
