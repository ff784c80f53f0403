#include "../relu.cu"
