#include "cluster_kernels.cu"
