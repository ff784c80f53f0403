#include "../silu.cu"
