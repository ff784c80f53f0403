#include "../check.cu"
