// The batch of mixup_copyblend.json, and what the reference makes of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "geometric_golden.hpp"
#include "transforms/batch.hpp"

namespace saker::test {

inline std::vector<float> to_planes(std::span<const float> pixels, std::size_t channels = 3) {
  std::vector<float> planes;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = c; i < pixels.size(); i += channels) planes.push_back(pixels[i]);
  }
  return planes;
}

class MixingGolden {
 public:
  MixingGolden(const std::filesystem::path& json, const std::filesystem::path& tensors)
      : json_(read_json(json)), tensors_(read_safetensors(tensors)) {}

  const nlohmann::ordered_json& json() const { return json_; }

  // Three images of 32 x 48, the second without boxes.
  Batch batch() const {
    Batch batch;
    batch.channels = 3;
    batch.size = {32, 48};
    std::vector<float> images;
    for (const auto& image : json_["batch"]) {
      const std::vector<float> planes = to_planes(uniform(image["name"], 32 * 48 * 3, -2.0, 2.5));
      images.insert(images.end(), planes.begin(), planes.end());
      batch.annotations.push_back(read_annotations(image["boxes"], image["labels"]));
    }
    batch.images = std::move(images);
    return batch;
  }

  // operation: "mixup" or "copyblend".
  void check(const std::string& operation, const Batch& batch) const {
    const auto& expected = json_[operation]["out"];
    ASSERT_EQ(batch.annotations.size(), expected.size());
    const std::size_t values = batch.images.size() / expected.size();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      SCOPED_TRACE(i);
      const Array& stored = tensors_.at(operation + "." + std::to_string(i));
      const std::span image = std::span<const float>(batch.images).subspan(i * values, values);
      EXPECT_LE(difference(image, to_planes(stored.as<float>())).largest, 1e-6);
      expect_annotations(batch.annotations[i],
                         read_annotations(expected[i]["boxes"], expected[i]["labels"]),
                         1e-6);
    }
  }

 private:
  nlohmann::ordered_json json_;
  std::map<std::string, Array> tensors_;
};

}  // namespace saker::test

#define SAKER_MIXING_GOLDEN(variable)                                         \
  SAKER_GOLDEN(variable##_json, "transforms/mixup_copyblend.json");           \
  SAKER_GOLDEN(variable##_tensors, "transforms/mixup_copyblend.safetensors"); \
  const ::saker::test::MixingGolden variable(variable##_json, variable##_tensors)
