#include "../producers.cu"
