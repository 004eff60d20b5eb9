#include "nn/batch_norm_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const BatchNormKernel kBatchNormAvx2 = make_batch_norm_kernel<Avx2>();

}  // namespace saker
