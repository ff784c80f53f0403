# tests
include tests/io.mk
