# tests
include tests/proofs.mk
include tests/cert.mk
include tests/docs.mk
