#include "detectors/ltdetr/golden_detector.hpp"

#include "tensors/fill_module.hpp"

namespace saker::test {

ClassNames numbered_classes(std::int64_t count) {
  ClassNames classes;
  for (std::int64_t id = 0; id < count; ++id) classes.emplace_back(id, std::to_string(id));
  return classes;
}

std::shared_ptr<Ltdetr> uninitialized_ltdetr(const std::string& name,
                                             std::int64_t classes,
                                             std::optional<ImageSize> size,
                                             const LtdetrOptions& options) {
  const LtdetrConfig& config = find_ltdetr(name)->config;
  const DetectorSpec spec{.model_name = config.name,
                          .image_size = size.value_or(config.image_size),
                          .classes = numbered_classes(classes)};
  return std::make_shared<Ltdetr>(spec, config, options, std::nullopt);
}

std::shared_ptr<Ltdetr> golden_ltdetr(const std::string& name,
                                      std::int64_t classes,
                                      ImageSize size,
                                      const LtdetrOptions& options) {
  const auto detector = uninitialized_ltdetr(name, classes, size, options);
  fill_module(*detector);
  detector->eval();
  return detector;
}

torch::Tensor in_query_order(const torch::Tensor& values,
                             const torch::Tensor& actual,
                             const torch::Tensor& expected) {
  const auto own = actual[0].sort(), wanted = expected[0].sort();
  if (!std::get<0>(own).equal(std::get<0>(wanted))) return {};
  // Sorted alike, the i-th of both is the same query.
  torch::Tensor ordered = torch::empty_like(values[0]);
  ordered.index_copy_(0, std::get<1>(wanted), values[0].index_select(0, std::get<1>(own)));
  return ordered.unsqueeze(0);
}

}  // namespace saker::test
