#include "wrappers.cu"
