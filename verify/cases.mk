# The cases of kbit verify, a family a file.
libkbitjudge_la_SOURCES += \
	verify/cases.c verify/cases.h verify/cases/family.h \
	verify/cases/boundaries.c \
	verify/cases/bulk.c \
	verify/cases/cancelling.c \
	verify/cases/codes.c \
	verify/cases/degenerate.c \
	verify/cases/fused.c \
	verify/cases/ordinary.c \
	verify/cases/outliers.c \
	verify/cases/paths.c \
	verify/cases/ports.c \
	verify/cases/range.c \
	verify/cases/reach.c \
	verify/cases/scale.c \
	verify/cases/shapes.c \
	verify/cases/structured.c \
	verify/cases/ties.c \
	verify/cases/transparent.c
