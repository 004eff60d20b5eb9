#include "weights/published_weights.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "weights/sha256.hpp"

namespace saker {
namespace {

TEST(PublishedWeights, DetectorsHaveChecksumsAndLicences) {
  std::map<std::string_view, std::string_view> sha256_of_file;
  for (const PublishedWeights& weights : published_detectors()) {
    EXPECT_TRUE(is_sha256(std::string(weights.sha256))) << weights.name;
    EXPECT_FALSE(weights.licence.empty()) << weights.name;
    // The file's name ends in the checksum's first digits.
    EXPECT_NE(weights.file.find(weights.sha256.substr(0, 8)), std::string::npos) << weights.name;
    // Names that share a file agree on it.
    EXPECT_EQ(sha256_of_file.try_emplace(weights.file, weights.sha256).first->second,
              weights.sha256);
  }
}

TEST(PublishedWeights, EveryNameIsUniqueAndFound) {
  std::set<std::string_view> names;
  std::set<std::string_view> backbone_files;
  for (const PublishedWeights& weights : published_detectors()) {
    EXPECT_TRUE(names.insert(weights.name).second) << weights.name;
    EXPECT_EQ(find_published_detector(weights.name), &weights);
    EXPECT_EQ(find_published_backbone(weights.name), nullptr);
  }
  for (const PublishedWeights& weights : published_backbones()) {
    EXPECT_TRUE(names.insert(weights.name).second) << weights.name;
    EXPECT_TRUE(backbone_files.insert(weights.file).second) << weights.file;
    EXPECT_EQ(find_published_backbone(weights.name), &weights);
  }
}

TEST(PublishedWeights, AddressesAreWhole) {
  EXPECT_EQ(find_published_backbone("dinov2/vits14-noreg")->url(),
            "https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth");
  EXPECT_EQ(find_published_detector("picodet-s-coco")->url(),
            "https://lightly-train-checkpoints.s3.us-east-1.amazonaws.com/"
            "picodet_s_coco_416_260303_23022a45.pt");
}

TEST(PublishedWeights, ArchitecturesWithoutWeightsHaveNone) {
  for (const char* name : {"", "picodet/s-416", "dinov3/vitt16-ltdetr", "dinov3/vitt16-eupe"}) {
    EXPECT_EQ(find_published_detector(name), nullptr) << name;
  }
  EXPECT_EQ(find_published_backbone("dinov3/vitt16-eupe"), nullptr);
}

}  // namespace
}  // namespace saker
