#include "../int8_matmul.cu"
