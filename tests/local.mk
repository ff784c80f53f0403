# tests
include tests/ref.mk
