#include "hopper_wrappers.cu"
