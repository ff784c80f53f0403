# The theorems behind the referee's verdicts. bounds.h is committed, so a build needs no Gappa.
noinst_HEADERS += reference/proofs/bounds.h
EXTRA_DIST += reference/proofs/bounds.sh reference/proofs/prove.sh
EXTRA_DIST += \
	reference/proofs/bounds.awk reference/proofs/bounds_table.awk reference/proofs/bounds_coq.awk \
	reference/proofs/README.md reference/proofs/accumulate.md reference/proofs/accumulate_fused.md reference/proofs/dequantize.md \
	reference/proofs/llmint8_linear.md reference/proofs/outlier_matmul.md \
	reference/proofs/linear_enclosure.md reference/proofs/product_certificate.md \
	reference/proofs/quantize_gap.md reference/proofs/quantize_rows.md \
	reference/proofs/dequantize_bnb.g reference/proofs/dequantize_any.g \
	reference/proofs/dequantize_bnb_f32.g reference/proofs/outlier_matmul.g \
	reference/proofs/quantize_rows.g reference/proofs/quantize_rows_bf16.g \
	reference/proofs/quantize_rows_any.g \
	reference/proofs/quantize_rows_f32.g reference/proofs/quantize_rows_zero.g \
	reference/proofs/quantize_rows_reciprocal.g \
	reference/proofs/coq/_CoqProject reference/proofs/coq/rounding.v \
	reference/proofs/coq/summation.v reference/proofs/coq/growth.v \
	reference/proofs/coq/truncating.v reference/proofs/coq/gap.v reference/proofs/coq/freivalds.v \
	reference/proofs/coq/product.v reference/proofs/coq/linear.v \
	reference/proofs/coq/linear_bf16.v reference/proofs/coq/overflow.v \
	reference/proofs/coq/run.v reference/proofs/coq/nvidia.v reference/proofs/coq/amd.v \
	reference/proofs/coq/exact.v reference/proofs/coq/judged.v reference/proofs/coq/baselines.v \
	reference/proofs/coq/transparent.v reference/proofs/coq/producers.v

# Coq checks the proofs: Gappa's of the scripts, and those written out in coq/.
.PHONY: prove
prove:
	@AWK='$(AWK)' $(SHELL) $(srcdir)/reference/proofs/prove.sh

# After a change to a script: write bounds.h anew.
.PHONY: bounds
bounds:
	@AWK='$(AWK)' $(SHELL) $(srcdir)/reference/proofs/bounds.sh > bounds.h.new
	mv bounds.h.new $(srcdir)/reference/proofs/bounds.h

# The worked example of each page.
noinst_PROGRAMS += reference/proofs/examples
reference_proofs_examples_SOURCES = reference/proofs/examples.c
reference_proofs_examples_LDADD = libkbitref.la -lm
