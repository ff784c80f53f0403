# tests
include tests/simt.mk
