#include "detectors/picodet/golden_weights.hpp"

#include <torch/utils.h>

#include <string>

#include "tensors/fill_module.hpp"

namespace saker::test {
namespace {

bool is_class_layer(const std::string& key) { return key.find(".gfl_cls.") != std::string::npos; }

}  // namespace

void fill_golden_weights(torch::nn::Module& model, std::int64_t num_classes) {
  fill_module(model);
  const torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters()) {
    torch::Tensor& parameter_tensor = item.value();
    if (parameter_tensor.dim() == 4) {
      parameter_tensor.mul_(is_class_layer(item.key()) ? 0.5 : 1.5);
    } else if (is_class_layer(item.key())) {
      parameter_tensor.narrow(0, 0, num_classes).sub_(2.5);
    }
  }
}

std::shared_ptr<PicoDet> golden_picodet(const std::string& name,
                                        std::int64_t num_classes,
                                        ImageSize size) {
  DetectorSpec spec{.model_name = name, .image_size = size, .classes = {}};
  for (std::int64_t i = 0; i < num_classes; ++i) spec.classes.emplace_back(i, std::to_string(i));
  auto model =
      std::make_shared<PicoDet>(spec, find_picodet(name)->config, PicoDetOptions{}, std::nullopt);
  fill_golden_weights(*model, num_classes);
  model->eval();
  return model;
}

torch::Tensor golden_input(const std::string& name,
                           std::int64_t batch,
                           std::int64_t height,
                           std::int64_t width) {
  constexpr std::int64_t kCell = 24;
  const std::vector<std::int64_t> size = {height, width};
  const torch::Tensor coarse = uniform_tensor(
      name + ".coarse", {batch, 3, (height + kCell - 1) / kCell, (width + kCell - 1) / kCell});
  const torch::Tensor enlarged = at::upsample_bilinear2d(coarse, size, /*align_corners=*/false);
  const torch::Tensor fine = uniform_tensor(name + ".fine", {batch, 3, height, width});
  return (((enlarged * 0.8 + fine * 0.2) - 0.5) * 4).contiguous();
}

}  // namespace saker::test
