#include "../gelu.cu"
