#include "nn/gelu_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const GeluKernel kGeluAvx512 = make_gelu_kernel<Avx512>();

}  // namespace saker
