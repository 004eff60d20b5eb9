#include "nn/parameter_update_loops.hpp"

namespace saker {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
};

}  // namespace

const ParameterUpdateKernel kParameterUpdatePortable = make_parameter_update_kernel<Portable>();

}  // namespace saker
