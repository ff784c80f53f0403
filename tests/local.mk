# tests
include tests/proofs.mk
include tests/baselines.mk
