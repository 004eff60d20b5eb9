#include "detectors/ltdetr/ltdetr_config.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

LtdetrConfig config_of(const std::string& name) { return find_ltdetr(name)->config; }

TEST(DfineDecoder, KeepsTheWidthsOfVisionTransformers) {
  const DecoderConfig decoder = dfine_decoder_of(config_of("dinov3/vits16-ltdetr"));
  EXPECT_EQ(decoder.kind, DecoderKind::kDfine);
  EXPECT_EQ(decoder.width, 224);
  EXPECT_EQ(decoder.ffn_width, 1792);
  EXPECT_EQ(decoder.layers, 4);
  EXPECT_EQ(decoder.points, (LevelSizes{3, 6, 3}));
  EXPECT_EQ(decoder.reg_scale, 4);
}

TEST(DfineDecoder, GrowsWithConvNext) {
  const std::pair<const char*, std::int64_t> layers[] = {
      {"tiny", 3}, {"small", 3}, {"base", 4}, {"large", 6}};
  for (const auto& [size, count] : layers) {
    const DecoderConfig decoder =
        dfine_decoder_of(config_of(std::string("dinov3/convnext-") + size + "-ltdetr"));
    EXPECT_EQ(decoder.layers, count) << size;
    EXPECT_EQ(decoder.width, 256);
    EXPECT_EQ(decoder.ffn_width, 2048);
    EXPECT_EQ(decoder.points, (LevelSizes{3, 6, 3}));
    EXPECT_EQ(decoder.reg_scale, std::string(size) == "large" ? 8 : 4);
  }
}

TEST(DfineDecoder, IsNotThereWithoutPyramid) {
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUnsupported,
                       [] { dfine_decoder_of(config_of("dinov2/vits14-noreg-ltdetr")); }),
      "dinov2/vits14-noreg-ltdetr has no dfine decoder"));
}

TEST(PatchSize, SetsStridesPriorAndDefaultSize) {
  const LtdetrConfig config = with_patch_size(config_of("dinov3/vits16-ltdetr"), 24);
  EXPECT_EQ(config.backbone.patch_size, 24);
  EXPECT_EQ(config.decoder.strides, (LevelSizes{12, 24, 48}));
  EXPECT_EQ(config.adapter->prior_width, 48);
  EXPECT_EQ(config.image_size, (ImageSize{672, 672}));
  EXPECT_EQ(ltdetr_size_multiple(config), 48);
}

TEST(PatchSize, IsRefusedWhereItIsFixedOrOdd) {
  const auto refused = [](const char* name, std::int64_t patch, ErrorKind kind) {
    return test::message_of(kind, [&] { with_patch_size(config_of(name), patch); });
  };
  EXPECT_TRUE(
      test::contains(refused("dinov2/vits14-noreg-ltdetr", 16, ErrorKind::kUnsupported), "14"));
  EXPECT_TRUE(test::contains(refused("dinov3/convnext-tiny-ltdetr", 16, ErrorKind::kUnsupported),
                             "convnext-tiny"));
  EXPECT_TRUE(test::contains(refused("ltdetrv2-s", 8, ErrorKind::kUnsupported), "16"));
  EXPECT_TRUE(test::contains(refused("dinov3/vitt16-ltdetr", 15, ErrorKind::kUsage), "even"));
  EXPECT_NO_THROW(with_patch_size(config_of("dinov2/vits14-noreg-ltdetr"), 14));
}

struct SizeCase {
  const char* name;
  ImageSize size;
  const char* problem;  // empty: fits
};

class ImageSizes : public testing::TestWithParam<SizeCase> {};

TEST_P(ImageSizes, FitOrNameWhatDoes) {
  const SizeCase& size = GetParam();
  const auto check = [&] {
    require_ltdetr_size(config_of(size.name), size.size);
    require_ltdetr_tokens(config_of(size.name), size.size);
  };
  if (std::string(size.problem).empty()) {
    EXPECT_NO_THROW(check());
  } else {
    const std::string message = test::message_of(ErrorKind::kUsage, check);
    EXPECT_TRUE(test::contains(message, size.problem)) << message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ltdetr,
    ImageSizes,
    testing::Values(SizeCase{"dinov3/vitt16-ltdetr", {256, 320}, ""},
                    SizeCase{"dinov3/vitt16-ltdetr", {272, 320}, "multiples of 32"},
                    SizeCase{"dinov3/vitt16-ltdetr", {320, 272}, "such as 320x288"},
                    SizeCase{"dinov3/vitt16-ltdetr", {64, 64}, "too small"},
                    SizeCase{"dinov2/vits14-ltdetr", {224, 280}, ""},
                    SizeCase{"dinov2/vits14-ltdetr", {238, 238}, "multiples of 28"},
                    SizeCase{"dinov2/vits14-noreg-ltdetr", {238, 238}, ""},
                    SizeCase{"dinov2/vits14-noreg-ltdetr", {230, 238}, "multiples of 14"},
                    SizeCase{"dinov3/convnext-tiny-ltdetr", {256, 256}, ""},
                    SizeCase{"dinov3/convnext-tiny-ltdetr", {248, 256}, "multiples of 32"},
                    SizeCase{"ltdetrv2-s", {272, 256}, "multiples of 32"},
                    SizeCase{"ltdetrv2-s", {0, 256}, "multiples of 32"},
                    SizeCase{"dinov2/_vittest14-ltdetr", {56, 84}, ""}));

TEST(NameInFiles, IsOneThatTheReferenceKnows) {
  const auto name = [](const char* of) { return ltdetr_name_in_files(config_of(of)); };
  EXPECT_EQ(name("ltdetrv2-m-notpretrained"), "ltdetrv2-m");
  EXPECT_EQ(name("edgecrafter/ecvits-ltdetr-coco"), "ltdetrv2-l");
  EXPECT_EQ(name("dinov3/vitt16-ltdetr-coco"), "dinov3/vitt16-ltdetr");
  EXPECT_EQ(name("dinov3/vitt16-notpretrained-ltdetr"), "dinov3/vitt16-notpretrained-ltdetr");
}

}  // namespace
}  // namespace saker
