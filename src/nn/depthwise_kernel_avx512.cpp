#include "nn/depthwise_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr bool kManyRegisters = true;
};

}  // namespace

const DepthwiseKernel kDepthwiseAvx512 = make_depthwise_kernel<Avx512>();

}  // namespace saker
