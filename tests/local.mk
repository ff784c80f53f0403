# tests
include tests/proofs.mk
include tests/cert.mk
include tests/simt.mk
include tests/cuda.mk
