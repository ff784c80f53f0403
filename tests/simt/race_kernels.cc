#include "race_kernels.cu"
