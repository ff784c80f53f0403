# Normalizations and activations, with quantization behind them or without.
producer_kernels = cuda/producers.cu cuda/rmsnorm.cu cuda/layernorm.cu cuda/relu.cu cuda/gelu.cu cuda/gelu_tanh.cu cuda/silu.cu
producer_simt = cuda/simt/producers.cc cuda/simt/rmsnorm.cc cuda/simt/layernorm.cc cuda/simt/relu.cc cuda/simt/gelu.cc cuda/simt/gelu_tanh.cc cuda/simt/silu.cc
