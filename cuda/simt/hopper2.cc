#include "../hopper2.cu"
