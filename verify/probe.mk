# kbit probe: crafted operands that may refute a declaration.
libkbitjudge_la_SOURCES += \
	verify/probe/probe.h \
	verify/probe/answers.c \
	verify/probe/questions.c \
	verify/probe/report.c \
	verify/probe/sum_set.c \
	verify/probe/sums.c
