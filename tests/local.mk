# tests
include tests/proofs.mk
