#include "../runtime.cu"
