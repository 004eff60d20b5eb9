#include "nn/batch_norm_loops.hpp"

namespace saker {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
};

}  // namespace

const BatchNormKernel kBatchNormPortable = make_batch_norm_kernel<Portable>();

}  // namespace saker
