#include "detectors/picodet/initialization.hpp"

#include <torch/utils.h>

#include <cmath>
#include <string>

#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr double kHeadStd = 0.01;
constexpr double kClassBias = -4.6;

}  // namespace

void initialize_picodet(torch::nn::Module& model, std::uint64_t seed, std::int64_t num_classes) {
  const torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters()) {
    const std::string& key = item.key();
    torch::Tensor& parameter = item.value();
    const bool in_head = key.starts_with("head.") || key.starts_with("o2o_head.");
    if (parameter.dim() == 4) {
      const auto fan_out =
          static_cast<double>(parameter.size(0) * parameter.size(2) * parameter.size(3));
      fill_normal(parameter, in_head ? kHeadStd : std::sqrt(2.0 / fan_out), {seed, key});
    } else {
      parameter.fill_(key.ends_with(".bn.weight") ? 1.0 : 0.0);
      if (key.find(".gfl_cls.") != std::string::npos)
        parameter.narrow(0, 0, num_classes).fill_(kClassBias);
    }
  }
}

}  // namespace saker
