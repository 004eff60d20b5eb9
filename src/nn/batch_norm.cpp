#include "nn/batch_norm.hpp"

namespace saker {

torch::Tensor batch_norm_relu(const torch::Tensor& input,
                              const torch::Tensor& weight,
                              const torch::Tensor& bias,
                              const torch::Tensor& running_mean,
                              const torch::Tensor& running_var,
                              bool training,
                              double momentum,
                              double eps,
                              bool relu) {
  const torch::Tensor output = torch::batch_norm(
      input, weight, bias, running_mean, running_var, training, momentum, eps, true);
  return relu ? output.relu() : output;
}

}  // namespace saker
