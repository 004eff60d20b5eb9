// Stands in for libtorch_cuda.so in cuda_library_test.
extern "C" [[gnu::visibility("default")]] int saker_fake_torch_cuda();
extern "C" int saker_fake_torch_cuda() { return 1; }
