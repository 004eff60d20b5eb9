#include "nn/attention_gradient_loops.hpp"
#include "nn/attention_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 6;
  static constexpr int kTileVectors = 2;
};

}  // namespace

const AttentionKernel kAttentionAvx2 = make_attention_kernel<Avx2>();
const AttentionGradientKernel kAttentionGradientAvx2 = make_attention_gradient_kernel<Avx2>();

}  // namespace saker
