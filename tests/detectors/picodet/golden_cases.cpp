#include "detectors/picodet/golden_cases.hpp"

#include "fill.hpp"
#include "golden.hpp"

namespace saker::test {
namespace {

constexpr float kImageSize = 160.0F;

torch::Tensor filled(const std::string& name,
                     const std::vector<std::int64_t>& shape,
                     double low,
                     double high,
                     bool requires_grad) {
  torch::Tensor tensor = torch::empty(shape);
  const std::vector<float> values = uniform(name, tensor.numel(), low, high);
  std::copy(values.begin(), values.end(), tensor.data_ptr<float>());
  return tensor.requires_grad_(requires_grad);
}

}  // namespace

HeadOutputs golden_maps(const std::string& name,
                        std::int64_t batch,
                        std::int64_t classes,
                        std::int64_t size,
                        bool requires_grad) {
  HeadOutputs outputs;
  for (std::size_t level = 0; level < kPicoDetStrides.size(); ++level) {
    const std::int64_t cells = (size + kPicoDetStrides[level] - 1) / kPicoDetStrides[level];
    const std::string index = std::to_string(level);
    outputs.cls_logits.push_back(
        filled(name + ".cls" + index, {batch, classes, cells, cells}, -4, 2, requires_grad));
    outputs.box_logits.push_back(
        filled(name + ".box" + index, {batch, 32, cells, cells}, -3, 3, requires_grad));
  }
  return outputs;
}

GroundTruth golden_truth(const std::string& set) {
  GroundTruth truth;
  const std::filesystem::path path = golden_path("picodet/targets.json");
  if (path.empty()) return truth;
  const auto entry = read_json(path).at(set);
  for (const auto& box : entry.at("boxes_xyxy")) {
    truth.boxes.push_back({box.at(0), box.at(1), box.at(2), box.at(3)});
  }
  truth.labels = entry.at("labels").get<std::vector<std::int64_t>>();
  return truth;
}

Targets golden_targets(const std::vector<std::string>& sets) {
  Targets targets;
  for (const std::string& set : sets) {
    const GroundTruth truth = golden_truth(set);
    const std::int64_t count = static_cast<std::int64_t>(truth.size());
    const torch::Tensor boxes = torch::empty({count, 4});
    float* out = boxes.data_ptr<float>();
    for (const Box& box : truth.boxes) {
      *out++ = (box.x1 + box.x2) / 2 / kImageSize;
      *out++ = (box.y1 + box.y2) / 2 / kImageSize;
      *out++ = (box.x2 - box.x1) / kImageSize;
      *out++ = (box.y2 - box.y1) / kImageSize;
    }
    targets.boxes_cxcywh_norm.push_back(boxes);
    targets.classes.push_back(torch::tensor(truth.labels, torch::kLong));
  }
  return targets;
}

}  // namespace saker::test
