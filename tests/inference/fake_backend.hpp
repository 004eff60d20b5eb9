// A network that is a function of the pixels, so that a test knows what it must find.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "inference/backend.hpp"

namespace saker::test {

// What is found in one network input [channels, height, width], in its pixels.
using FakeNetwork = std::function<Detections(std::span<const float> chw, const NetworkInput&)>;

class FakeOutputs final : public NetworkOutputs {
 public:
  FakeOutputs(std::vector<Detections> found, ImageSize input)
      : found_(std::move(found)), input_(input) {}

  std::vector<Detections> detections(std::span<const ImageSize> sizes) const override {
    std::vector<Detections> scaled = found_;
    for (std::size_t i = 0; i < scaled.size(); ++i) {
      const float x = static_cast<float>(sizes[i].width) / static_cast<float>(input_.width);
      const float y = static_cast<float>(sizes[i].height) / static_cast<float>(input_.height);
      for (Box& box : scaled[i].bboxes) box = {box.x1 * x, box.y1 * y, box.x2 * x, box.y2 * y};
    }
    return scaled;
  }

 private:
  std::vector<Detections> found_;
  ImageSize input_;
};

class FakeBackend final : public Backend {
 public:
  FakeBackend(ImageSize input, FakeNetwork network)
      : model_{.name = "fake",
               .input = {.size = input, .channels = 3, .normalization = {}},
               .classes = {{0, "thing"}}},
        network_(std::move(network)) {}

  const BackendModel& model() const override { return model_; }
  BackendModel& mutable_model() { return model_; }
  // Of the batches that have run.
  const std::vector<std::int64_t>& batch_sizes() const { return batch_sizes_; }

  std::unique_ptr<NetworkOutputs> run(std::span<const float> images, std::int64_t count) override {
    batch_sizes_.push_back(count);
    const std::size_t values = model_.input.value_count();
    std::vector<Detections> found;
    for (std::int64_t i = 0; i < count; ++i) {
      found.push_back(
          network_(images.subspan(static_cast<std::size_t>(i) * values, values), model_.input));
    }
    return std::make_unique<FakeOutputs>(std::move(found), model_.input.size);
  }

 private:
  BackendModel model_;
  FakeNetwork network_;
  std::vector<std::int64_t> batch_sizes_;
};

}  // namespace saker::test
