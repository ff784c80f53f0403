#include "../problem.cu"
