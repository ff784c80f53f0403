#include "kernels.cu"
