#include "detectors/ltdetr/training_cases.hpp"

#include "tensors/fill_module.hpp"

namespace saker::test {

torch::Tensor golden_boxes(const std::string& name, std::vector<std::int64_t> shape) {
  shape.push_back(2);
  return torch::cat({uniform_tensor(name + ".c", shape, 0.15, 0.85),
                     uniform_tensor(name + ".s", shape, 0.05, 0.45)},
                    -1);
}

Targets golden_targets(const std::string& name,
                       const std::vector<std::int64_t>& counts,
                       std::int64_t classes) {
  Targets targets;
  for (std::size_t image = 0; image < counts.size(); ++image) {
    const std::string of_image = name + "." + std::to_string(image);
    const torch::Tensor u = uniform_tensor(of_image + ".labels", {counts[image]});
    targets.classes.push_back((u.to(torch::kDouble) * classes).floor().to(torch::kLong));
    targets.boxes_cxcywh_norm.push_back(golden_boxes(of_image + ".boxes", {counts[image]}));
  }
  return targets;
}

LayerOutputs golden_layer(const std::string& name,
                          std::int64_t images,
                          std::int64_t queries,
                          std::int64_t classes,
                          std::int64_t bins) {
  LayerOutputs layer;
  layer.logits =
      uniform_tensor(name + ".logits", {images, queries, classes}, -4, 2).requires_grad_();
  layer.boxes = golden_boxes(name + ".boxes", {images, queries}).requires_grad_();
  if (bins > 0) {
    layer.corners =
        uniform_tensor(name + ".corners", {images, queries, 4 * bins}, -3, 3).requires_grad_();
  }
  return layer;
}

DenoisingDraws golden_draws(const std::string& name,
                            std::int64_t images,
                            std::int64_t queries,
                            std::int64_t classes) {
  const auto whole = [&](const std::string& draw, std::vector<std::int64_t> shape, int count) {
    return (uniform_tensor(name + draw, shape).to(torch::kDouble) * count).floor();
  };
  return {.label_chance = uniform_tensor(name + ".label_u", {images, queries}),
          .new_label =
              whole(".label_new", {images, queries}, static_cast<int>(classes)).to(torch::kLong),
          .box_sign = whole(".sign", {images, queries, 4}, 2).to(torch::kFloat) * 2 - 1,
          .box_shift = uniform_tensor(name + ".box_u", {images, queries, 4})};
}

std::vector<std::int64_t> to_list(const torch::Tensor& indices) {
  const torch::Tensor list = indices.to(torch::kCPU, torch::kLong).contiguous();
  return {list.const_data_ptr<std::int64_t>(), list.const_data_ptr<std::int64_t>() + list.numel()};
}

}  // namespace saker::test
