EXTRA_DIST += build-aux/nvcc-wrap.sh
