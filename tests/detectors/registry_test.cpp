#include "detectors/registry.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "detectors/transform_family.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

DetectorSpec spec_of(const std::string& name) {
  return {.model_name = name, .image_size = {64, 64}, .classes = {{0, "a"}, {7, "b"}}};
}

TEST(Registry, MakesEveryDetectorByName) {
  for (const DetectorName& name : detector_names()) {
    DetectorSpec spec = spec_of(name.name);
    spec.image_size = name.image_size;
    const auto detector = make_detector(spec, {}, std::nullopt);
    EXPECT_EQ(detector->spec().model_name, name.plain_name);
    EXPECT_EQ(default_image_size(name.name, {}), name.image_size);
  }
}

TEST(Registry, NamesTheNearestForAnUnknownName) {
  try {
    make_detector(spec_of("picodet/s-461"), {}, 0);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    const std::string message = error.what();
    EXPECT_NE(message.find("did you mean picodet/s-416"), std::string::npos) << message;
    EXPECT_NE(message.find("saker models"), std::string::npos) << message;
  }
}

TEST(Registry, WeightsGoBeforeTheName) {
  const auto published = make_detector(spec_of("picodet/l-640"), {}, 0);
  const DetectorFamily& family = family_of("picodet-l-coco");
  const auto detector = family.make_for_weights(
      spec_of("picodet-l-coco"), collect_state_dict(*published), {{"max_detections", 50}}, 0);
  EXPECT_EQ(detector->spec().model_name, "picodet/l-640");
  EXPECT_EQ(detector->init_args().at("max_detections").as_int(), 50);
  EXPECT_EQ(collect_state_dict(*detector).size(), collect_state_dict(*published).size());
  StateDict foreign;
  foreign.add("x", torch::zeros({1}));
  EXPECT_THROW(family.make_for_weights(spec_of("picodet-l-coco"), foreign, {}, 0), Error);
}

}  // namespace
}  // namespace saker
