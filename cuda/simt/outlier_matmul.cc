#include "../outlier_matmul.cu"
