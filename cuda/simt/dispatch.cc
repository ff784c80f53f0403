#include "../dispatch.cu"
