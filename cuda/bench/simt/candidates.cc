#include "../candidates.cu"
