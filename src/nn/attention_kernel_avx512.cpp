#include "nn/attention_gradient_loops.hpp"
#include "nn/attention_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 12;
  static constexpr int kTileVectors = 2;
};

}  // namespace

const AttentionKernel kAttentionAvx512 = make_attention_kernel<Avx512>();
const AttentionGradientKernel kAttentionGradientAvx512 = make_attention_gradient_kernel<Avx512>();

}  // namespace saker
