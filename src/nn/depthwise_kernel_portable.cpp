#include "nn/depthwise_loops.hpp"

namespace saker {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
  static constexpr bool kManyRegisters = false;
};

}  // namespace

const DepthwiseKernel kDepthwisePortable = make_depthwise_kernel<Portable>();

}  // namespace saker
