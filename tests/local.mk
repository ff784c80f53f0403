# tests
include tests/cert.mk
include tests/proofs.mk
