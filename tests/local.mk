# tests
include tests/proofs.mk
include tests/cert.mk
include tests/io.mk
include tests/simt.mk
include tests/cuda.mk
include tests/docs.mk
include tests/mutants.mk
