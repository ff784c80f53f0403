# The course: each chapter's program is built with everything else and its output is compared.
noinst_PROGRAMS += tutorials/01-absmax_tensor/absmax_tensor tutorials/01-absmax_tensor/figure tutorials/01-absmax_tensor/answers
tutorials_01_absmax_tensor_absmax_tensor_SOURCES = tutorials/01-absmax_tensor/absmax_tensor.c tutorials/01-absmax_tensor/example.h
tutorials_01_absmax_tensor_absmax_tensor_LDADD = libkbit.la -lm
tutorials_01_absmax_tensor_figure_SOURCES = tutorials/01-absmax_tensor/figure.c tutorials/01-absmax_tensor/example.h
tutorials_01_absmax_tensor_figure_LDADD = libkbit.la -lm
tutorials_01_absmax_tensor_answers_SOURCES = tutorials/01-absmax_tensor/answers.c
tutorials_01_absmax_tensor_answers_LDADD = libkbit.la -lm
EXTRA_DIST += tutorials/weave tutorials/README.md \
	tutorials/01-absmax_tensor/README.md tutorials/01-absmax_tensor/exercises.md \
	tutorials/01-absmax_tensor/expected.out tutorials/01-absmax_tensor/figure.svg

# The documents with blocks that tutorials/weave fills in.
WOVEN = README.md tutorials/README.md tutorials/01-absmax_tensor/README.md tutorials/01-absmax_tensor/exercises.md

# Refreshes what documents print and show; look at what changed before committing it.
update-docs: all
	tutorials/01-absmax_tensor/absmax_tensor >$(srcdir)/tutorials/01-absmax_tensor/expected.out
	tutorials/01-absmax_tensor/figure >$(srcdir)/tutorials/01-absmax_tensor/figure.svg
	builddir=`pwd` && cd $(srcdir) && $(SHELL) tutorials/weave --builddir "$$builddir" $(WOVEN)
.PHONY: update-docs
