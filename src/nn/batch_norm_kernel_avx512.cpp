#include "nn/batch_norm_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const BatchNormKernel kBatchNormAvx512 = make_batch_norm_kernel<Avx512>();

}  // namespace saker
