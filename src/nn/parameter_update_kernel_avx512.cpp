#include "nn/parameter_update_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const ParameterUpdateKernel kParameterUpdateAvx512 = make_parameter_update_kernel<Avx512>();

}  // namespace saker
