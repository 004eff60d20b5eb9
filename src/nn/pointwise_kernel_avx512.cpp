#include "nn/pointwise_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 8;
  static constexpr int kTileVectors = 3;
};

}  // namespace

const PointwiseKernel kPointwiseAvx512 = make_pointwise_kernel<Avx512>();

}  // namespace saker
