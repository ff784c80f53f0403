#include "../hopper.cu"
