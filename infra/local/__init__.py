"""The local stack: the production templates on an emulator, seeded, behind a same-origin front."""
