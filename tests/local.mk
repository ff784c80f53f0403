# tests
include tests/proofs.mk
include tests/docs.mk
