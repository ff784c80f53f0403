#include "../rmsnorm.cu"
