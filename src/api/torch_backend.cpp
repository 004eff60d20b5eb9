#include "api/torch_backend.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include <utility>
#include <vector>

#include "detectors/class_labels.hpp"

namespace saker {
namespace {

class TorchOutputs final : public NetworkOutputs {
 public:
  TorchOutputs(std::shared_ptr<const Detector> detector, std::vector<torch::Tensor> outputs)
      : detector_(std::move(detector)), outputs_(std::move(outputs)) {}

  std::vector<Detections> detections(std::span<const ImageSize> sizes) const override {
    const c10::InferenceMode inference;
    const DetectorSpec& spec = detector_->spec();
    std::vector<Detections> found;
    for (const Predictions& candidates :
         detector_->decode(outputs_, spec.image_size, {sizes.begin(), sizes.end()}))
      found.push_back(to_detections(candidates, spec.classes));
    return found;
  }

 private:
  std::shared_ptr<const Detector> detector_;
  std::vector<torch::Tensor> outputs_;
};

}  // namespace

TorchBackend::TorchBackend(std::shared_ptr<Detector> detector)
    : detector_(std::move(detector)),
      model_{.name = detector_->spec().model_name,
             .input = {.size = detector_->spec().image_size,
                       .channels = detector_->input_channels(),
                       .normalization = detector_->spec().normalization},
             .classes = detector_->spec().classes,
             .threshold_inclusive = detector_->prediction_rule().threshold_inclusive,
             .parameters = detector_->inference_parameter_count()} {
  detector_->eval();
}

std::unique_ptr<NetworkOutputs> TorchBackend::run(std::span<const float> images,
                                                  std::int64_t count) {
  const c10::InferenceMode inference;
  const ImageSize size = model_.input.size;
  // The network reads the caller's values where they are, and is done with them when it returns.
  const torch::Tensor batch =
      torch::from_blob(const_cast<float*>(images.data()),
                       {count, model_.input.channels, size.height, size.width},
                       torch::kFloat);
  return std::make_unique<TorchOutputs>(detector_, detector_->infer(batch));
}

}  // namespace saker
