#include "../peers.cu"
