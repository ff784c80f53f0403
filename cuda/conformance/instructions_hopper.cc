#include "instructions_hopper.cu"
