#include "../data.cu"
