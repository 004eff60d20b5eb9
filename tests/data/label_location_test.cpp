#include "data/label_location.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(LabelLocation, ReplacesTheFirstImagesOfTheSplitOnly) {
  EXPECT_EQ(label_folder("/data/images", "images/train").string(), "/data/images/labels/train");
  EXPECT_EQ(label_folder("root", "my_images/images").string(), "root/my_images/labels");
  EXPECT_EQ(image_folder("root", "/other/images/a").string(), "/other/images/a");
  EXPECT_EQ(label_folder("root", "/other/images/a").string(), "/other/labels/a");
}

TEST(LabelLocation, WantsAWholeComponent) {
  EXPECT_TRUE(has_images_component("images"));
  EXPECT_TRUE(has_images_component("./a/images/"));
  EXPECT_FALSE(has_images_component("my_images/train"));
  EXPECT_FALSE(has_images_component("train"));
  EXPECT_FALSE(has_images_component(""));
}

TEST(LabelLocation, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/label_location.json");
  const auto golden = test::read_json(path);
  for (const auto& entry : golden.at("dirs")) {
    const auto split = entry.at("train").get<std::string>();
    EXPECT_EQ(image_folder("ROOT", split).string(), entry.at("image_dir").get<std::string>());
    EXPECT_EQ(label_folder("ROOT", split).string(), entry.at("label_dir").get<std::string>());
  }
  for (const auto& entry : golden.at("files")) {
    EXPECT_EQ("LABELS/" + label_name(entry.at("image").get<std::string>()),
              entry.at("label").get<std::string>());
  }
}

}  // namespace
}  // namespace saker
