#include "../gelu_tanh.cu"
