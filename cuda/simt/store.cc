#include "../store.cu"
