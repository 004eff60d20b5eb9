#include "nn/pointwise_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 4;
  static constexpr int kTileVectors = 3;
};

}  // namespace

const PointwiseKernel kPointwiseAvx2 = make_pointwise_kernel<Avx2>();

}  // namespace saker
