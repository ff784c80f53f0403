#include "instructions.cu"
