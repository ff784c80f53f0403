# tests
include tests/cert.mk
