# tests
include tests/proofs.mk
include tests/cert.mk
include tests/io.mk
