#include "../dequantize.cu"
