#include "nn/depthwise_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr bool kManyRegisters = false;
};

}  // namespace

const DepthwiseKernel kDepthwiseAvx2 = make_depthwise_kernel<Avx2>();

}  // namespace saker
