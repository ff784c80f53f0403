#include "../candidate.cu"
