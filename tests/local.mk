# tests
include tests/proofs.mk
include tests/baselines.mk
include tests/cert.mk
include tests/io.mk
include tests/simt.mk
include tests/docs.mk
