EXTRA_DIST += build-aux/nvcc-wrap.sh
include cuda/simt/local.mk
