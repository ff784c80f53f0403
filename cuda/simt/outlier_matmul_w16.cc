#include "../outlier_matmul_w16.cu"
