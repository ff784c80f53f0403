#include "../layernorm.cu"
