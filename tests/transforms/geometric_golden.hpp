// The cases of geometric.json: one transform with fixed parameters, its picture and the boxes that
// survive.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "test_image.hpp"
#include "transforms/corner_boxes.hpp"
#include "transforms/sample.hpp"

namespace saker::test {

inline Annotations read_annotations(const nlohmann::ordered_json& boxes,
                                    const nlohmann::ordered_json& labels) {
  Annotations annotations;
  for (const auto& box : boxes) annotations.boxes.push_back({box[0], box[1], box[2], box[3]});
  for (const auto& label : labels) annotations.classes.push_back(label);
  return annotations;
}

inline void expect_annotations(const Annotations& actual,
                               const Annotations& expected,
                               double tolerance) {
  ASSERT_EQ(actual.classes, expected.classes);
  ASSERT_EQ(actual.boxes.size(), expected.boxes.size());
  for (std::size_t i = 0; i < actual.boxes.size(); ++i) {
    EXPECT_NEAR(actual.boxes[i].center_x, expected.boxes[i].center_x, tolerance) << "box " << i;
    EXPECT_NEAR(actual.boxes[i].center_y, expected.boxes[i].center_y, tolerance) << "box " << i;
    EXPECT_NEAR(actual.boxes[i].width, expected.boxes[i].width, tolerance) << "box " << i;
    EXPECT_NEAR(actual.boxes[i].height, expected.boxes[i].height, tolerance) << "box " << i;
  }
}

class GeometricGolden {
 public:
  GeometricGolden(const std::filesystem::path& json, const std::filesystem::path& tensors)
      : json_(read_json(json)), tensors_(read_safetensors(tensors)) {}

  // Runs `transform` on each case whose name starts with the prefix, and compares boxes to 1e-5
  // and, when exact, every pixel. Otherwise the share of values farther than `levels` apart must
  // not exceed 1 %.
  template <typename Transform>
  void check(const std::string& prefix,
             Transform transform,
             bool exact = true,
             double levels = 3) const {
    int cases = 0;
    for (const auto& golden : json_["cases"]) {
      const std::string name = golden["name"];
      if (!name.starts_with(prefix)) continue;
      SCOPED_TRACE(name);
      ++cases;
      const ImageSize size = {40, 60};
      Sample sample{PlacedImage(noise_image("geo/a", size.height, size.width)),
                    enter_boxes(read_annotations(json_["boxes_cxcywh"], json_["labels"]), size)};
      transform(golden["params"], sample);
      const ImageSize expected_size = {golden["out_size"][0], golden["out_size"][1]};
      EXPECT_EQ(sample.image.size(), expected_size);
      const Image image = sample.image.materialize();
      const auto apart = difference(
          image.u8(), tensors_.at(name + ".image").as<std::uint8_t>(), exact ? 0 : levels);
      EXPECT_LE(apart.share_above, exact ? 0 : 0.01);
      filter_boxes(sample.boxes, sample.image.size(), 1);
      expect_annotations(
          leave_boxes(sample.boxes), read_annotations(golden["boxes"], golden["labels"]), 1e-5);
    }
    EXPECT_GT(cases, 0);
  }

 private:
  nlohmann::ordered_json json_;
  std::map<std::string, Array> tensors_;
};

}  // namespace saker::test

#define SAKER_GEOMETRIC_GOLDEN(variable)                                \
  SAKER_GOLDEN(variable##_json, "transforms/geometric.json");           \
  SAKER_GOLDEN(variable##_tensors, "transforms/geometric.safetensors"); \
  const ::saker::test::GeometricGolden variable(variable##_json, variable##_tensors)
