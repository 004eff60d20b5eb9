// The augmentations of self-supervised views.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/random_stream.hpp"
#include "saker/error.hpp"
#include "test_image.hpp"
#include "transforms/area_crop.hpp"
#include "transforms/color.hpp"
#include "transforms/gaussian_blur.hpp"
#include "transforms/mirror.hpp"
#include "transforms/multi_view.hpp"
#include "transforms/normalize.hpp"
#include "transforms/photometric_distort.hpp"
#include "transforms/random_rotate.hpp"
#include "transforms/solarize.hpp"
#include "transforms/view_settings.hpp"

namespace saker {
namespace {

using Arrays = std::map<std::string, test::Array>;

// How many values differ by more than `levels`, and the largest difference.
struct Differences {
  double share = 0;
  int largest = 0;
};

Differences differences(const Image& image, const test::Array& expected, int levels) {
  const auto values = expected.as<std::uint8_t>();
  EXPECT_EQ(values.size(), image.value_count());
  Differences result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int distance = std::abs(static_cast<int>(values[i]) - static_cast<int>(image.u8()[i]));
    result.largest = std::max(result.largest, distance);
    if (distance > levels) result.share += 1.0 / static_cast<double>(values.size());
  }
  return result;
}

void expect_exact(const Image& image, const Arrays& golden, const std::string& key) {
  EXPECT_EQ(differences(image, golden.at(key), 0).largest, 0) << key;
}

Image apply(const Image& image, const std::function<void(Image&)>& operation) {
  Image result = image;
  operation(result);
  return result;
}

class Views : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto json_path = test::golden_path("pretrain/views.json");
    const auto path = test::golden_path("pretrain/views.safetensors");
    if (json_path.empty() || path.empty()) GTEST_SKIP() << "pretrain/views is not here";
    info_ = test::read_json(json_path);
    golden_ = test::read_safetensors(path);
    source_ = test::stored_image(golden_.at("src"));
    view_ = test::stored_image(golden_.at("view"));
  }

  nlohmann::ordered_json info_;
  Arrays golden_;
  Image source_, view_;
};

TEST_F(Views, CropsOfTheReference) {
  for (const auto& [name, box] : info_.at("crops_x0_y0_x1_y1_outh_outw").items()) {
    const std::int64_t x = box[0], y = box[1], right = box[2], bottom = box[3];
    const Image crop = crop_and_resize(
        source_, {.x = x, .y = y, .width = right - x, .height = bottom - y}, {box[4], box[5]});
    const Differences difference = differences(crop, golden_.at("crop." + name), 0);
    EXPECT_EQ(difference.largest, 0) << name << " " << difference.share;
  }
}

TEST_F(Views, ColoursOfTheReference) {
  const std::map<std::string, void (*)(Image&, double)> operations = {
      {"brightness", adjust_brightness},
      {"contrast", adjust_contrast},
      {"saturation", adjust_saturation},
      {"hue", adjust_hue}};
  int compared = 0;
  for (const auto& [key, expected] : golden_) {
    const std::string name = key.substr(0, key.find('.'));
    if (!operations.contains(name)) continue;
    ++compared;
    const double factor = std::stod(key.substr(name.size() + 1));
    const Image image = apply(view_, [&](Image& i) { operations.at(name)(i, factor); });
    const bool is_hue = name == "hue";
    const Differences difference = differences(image, expected, is_hue ? 1 : 0);
    EXPECT_LE(difference.share, is_hue ? 0.01 : 0.0) << key;
    EXPECT_LE(difference.largest, is_hue ? 3 : 0) << key;
  }
  EXPECT_EQ(compared, 10);
  expect_exact(apply(view_, make_gray), golden_, "gray");
  expect_exact(apply(view_, [](Image& i) { solarize(i, 0.5); }), golden_, "solarize");
  expect_exact(mirrored(view_, MirrorAxis::kVertical), golden_, "hflip");
}

ColorJitter golden_jitter(const nlohmann::ordered_json& info, const std::string& order) {
  const auto& factors = info.at("jitter");
  ColorJitter jitter{factors.at("brightness"),
                     factors.at("contrast"),
                     factors.at("saturation"),
                     factors.at("hue")};
  for (std::size_t i = 0; i < 4; ++i) jitter.order[i] = order[i] - '0';
  return jitter;
}

TEST_F(Views, JitterOfTheReference) {
  for (const std::string order : {"0123", "3102", "2310"}) {
    const ColorJitter jitter = golden_jitter(info_, order);
    const Image image = apply(view_, [&](Image& i) { apply_color_jitter(jitter, i); });
    const Differences difference = differences(image, golden_.at("jitter." + order), 1);
    EXPECT_LE(difference.share, 0.01) << order;
    EXPECT_LE(difference.largest, 3) << order;
  }
}

TEST_F(Views, BlurOfTheReference) {
  for (const std::string sigma : {"0.1", "0.3", "0.6", "1.0", "1.5", "2.0"}) {
    const std::vector<double> kernel = gaussian_kernel(std::stod(sigma));
    const auto& expected = info_.at("blur_kernel_" + sigma);
    ASSERT_EQ(kernel.size(), expected.size());
    for (std::size_t i = 0; i < kernel.size(); ++i)
      EXPECT_NEAR(kernel[i], expected[i].get<double>(), 1e-6);
    const Image image = apply(view_, [&](Image& i) { gaussian_blur(i, kernel); });
    EXPECT_LE(differences(image, golden_.at("blur." + sigma), 0).largest, 1) << sigma;
  }
}

double largest_difference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

TEST_F(Views, FloatingPointImagesAndNormalisation) {
  const Image floats = test::as_float(view_);
  for (const bool is_float : {false, true}) {
    std::vector<float> values(view_.value_count());
    normalize_to_chw(is_float ? floats : view_, Normalization{}, values);
    const auto& expected = golden_.at(is_float ? "float.normalize" : "normalize");
    EXPECT_LE(largest_difference(values, expected.as<float>()), 1e-6);
  }
  const Image jittered =
      apply(floats, [&](Image& i) { apply_color_jitter(golden_jitter(info_, "0123"), i); });
  EXPECT_LE(largest_difference(jittered.f32(), golden_.at("float.jitter.0123").as<float>()), 2e-5);
  const Image solarized = apply(floats, [](Image& i) { solarize(i, 0.5); });
  EXPECT_LE(largest_difference(solarized.f32(), golden_.at("float.solarize").as<float>()), 1e-6);
}

TEST_F(Views, CropSamplerHasTheReferencesStatistics) {
  int compared = 0;
  for (const auto& [name, expected] : info_.items()) {
    if (!name.starts_with("crop_statistics_")) continue;
    ++compared;
    const ImageSize size{expected.at("image_hw")[0], expected.at("image_hw")[1]};
    AreaCropSettings settings{.min_scale = expected.at("scale")[0],
                              .max_scale = expected.at("scale")[1]};
    RandomStream stream({.seed = 3, .purpose = "crops"});
    double area = 0, ratio = 0, x = 0, y = 0;
    const int samples = expected.at("samples");
    for (int i = 0; i < samples; ++i) {
      const CropBox box = draw_area_crop(settings, size, [&] { return stream.uniform(); });
      area += static_cast<double>(box.width * box.height) /
              static_cast<double>(size.height * size.width) / samples;
      ratio += std::log(static_cast<double>(box.width) / static_cast<double>(box.height)) / samples;
      x += static_cast<double>(box.x) / samples;
      y += static_cast<double>(box.y) / samples;
    }
    const double mean_area = expected.at("area_fraction_mean");
    EXPECT_NEAR(area, mean_area, 0.02 * mean_area) << name;
    EXPECT_NEAR(ratio, expected.at("log_ratio_mean").get<double>(), 0.01) << name;
    const double mean_x = expected.at("x0_mean"), mean_y = expected.at("y0_mean");
    EXPECT_NEAR(x, mean_x, 0.03 * mean_x) << name;
    EXPECT_NEAR(y, mean_y, 0.03 * mean_y) << name;
  }
  EXPECT_EQ(compared, 3);
}

Image noise(std::int64_t height, std::int64_t width, std::int64_t channels = 3) {
  Image image(height, width, channels, PixelType::kU8);
  RandomStream stream({.seed = 2, .purpose = "noise"});
  for (std::uint8_t& value : image.mutable_u8())
    value = static_cast<std::uint8_t>(stream.uniform_int(0, 255));
  return image;
}

ViewBatch batch_of(const MultiViewSettings& settings,
                   const std::vector<std::int64_t>& indices,
                   std::int64_t epoch,
                   std::int64_t channels = 3) {
  return MultiViewTransform(settings).make_batch(
      indices, {.seed = 1, .epoch = epoch}, [&](std::int64_t index) {
        return UnlabelledInput{noise(40 + index, 60, channels), std::to_string(index)};
      });
}

TEST(MultiView, ShapesAndDrawsThatDependOnTheImageAlone) {
  MultiViewSettings settings;
  settings.shared.size = {28, 42};
  settings.local->view_size = {14, 16};
  settings.local->num_views = 3;
  const ViewBatch batch = batch_of(settings, {4, 7}, 0);
  ASSERT_EQ(batch.global.size(), 2U * 2 * 3 * 28 * 42);
  ASSERT_EQ(batch.local.size(), 3U * 2 * 3 * 14 * 16);
  EXPECT_EQ(batch.paths, (std::vector<std::string>{"4", "7"}));
  // Image 7 is the second of this batch and the first of the other.
  const ViewBatch other = batch_of(settings, {7, 9, 4}, 0);
  const std::size_t values = std::size_t{3} * 28 * 42;
  const auto row = [&](const ViewBatch& b, std::size_t view, std::size_t images, std::size_t i) {
    const float* begin = b.global.data() + (view * images + i) * values;
    return std::vector<float>(begin, begin + values);
  };
  EXPECT_EQ(row(batch, 1, 2, 1), row(other, 1, 3, 0));
  EXPECT_EQ(row(batch, 0, 2, 0), row(other, 0, 3, 2));
  EXPECT_NE(row(batch, 0, 2, 0), row(batch, 1, 2, 0));
  EXPECT_NE(row(batch, 0, 2, 0), row(batch_of(settings, {4, 7}, 1), 0, 2, 0));
}

TEST(MultiView, WithoutLocalViewsAndWithOtherChannels) {
  MultiViewSettings settings;
  settings.shared.size = {28, 28};
  settings.local.reset();
  settings.num_channels = 4;
  const ViewBatch batch = batch_of(settings, {0}, 0, 4);
  EXPECT_EQ(batch.global.size(), 2U * 4 * 28 * 28);
  EXPECT_EQ(batch.local.size(), 0U);
  EXPECT_FALSE(settings.global_view(1).solarize);
  EXPECT_EQ(settings.global_view(0).normalize.mean[3], settings.shared.normalize.mean[0]);
  EXPECT_THROW(batch_of(settings, {0}, 0), Error);
}

TEST(MultiView, EveryAugmentationIsDrawnAtItsRate) {
  const Image image = noise(32, 32);
  ViewSettings plain;
  plain.size = {32, 32};
  plain.random_resize.reset();
  plain.random_flip.reset();
  plain.color_jitter.reset();
  plain.random_gray_scale = 0;
  plain.gaussian_blur.reset();
  RandomStream stream({.seed = 8, .purpose = "rates"});
  const auto rate = [&](const ViewSettings& settings) {
    int changed = 0;
    for (int i = 0; i < 400; ++i) {
      const Image view = make_view(settings, image, stream);
      changed += !std::ranges::equal(view.u8(), image.u8());
    }
    return changed / 400.0;
  };
  EXPECT_EQ(rate(plain), 0);
  const auto with = [&](const std::function<void(ViewSettings&)>& change) {
    ViewSettings settings = plain;
    change(settings);
    return rate(settings);
  };
  EXPECT_NEAR(with([](auto& s) { s.random_flip = RandomFlipSettings{.horizontal_prob = 0.25}; }),
              0.25,
              0.08);
  EXPECT_NEAR(with([](auto& s) {
                s.random_flip = RandomFlipSettings{.horizontal_prob = 0, .vertical_prob = 0.25};
              }),
              0.25,
              0.08);
  EXPECT_NEAR(with([](auto& s) { s.color_jitter = ViewJitterSettings{}; }), 0.8, 0.08);
  EXPECT_NEAR(with([](auto& s) { s.random_gray_scale = 0.2; }), 0.2, 0.08);
  EXPECT_NEAR(with([](auto& s) {
                s.gaussian_blur = GaussianBlurSettings{.prob = 0.5, .sigmas = {1, 2}};
              }),
              0.5,
              0.08);
  EXPECT_NEAR(with([](auto& s) { s.solarize = SolarizeSettings{}; }), 0.2, 0.08);
  EXPECT_NEAR(
      with([](auto& s) { s.random_rotation = ViewRotationSettings{.prob = 0.5, .degrees = 90}; }),
      0.5,
      0.08);
}

TEST(ViewSettings, DefaultsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/defaults.json");
  const auto info = test::read_json(path);
  SettingsProblems problems;
  const MultiViewSettings settings = MultiViewSettings::read({}, problems);
  EXPECT_NO_THROW(problems.throw_if_any());
  const auto own = nlohmann::ordered_json::parse(settings.to_value().to_json());
  for (const auto& [key, value] : info.at("transform_args").items()) {
    // What another method of the reference needs.
    if (key != "record_geometry") EXPECT_EQ(own.at(key), value) << key;
  }
}

TEST(ViewSettings, PartialMapsKeepTheOthersAndMistakesAreNamed) {
  SettingsProblems problems;
  const MultiViewSettings settings =
      MultiViewSettings::read(Value{{"color_jitter", {{"hue", 0.1}}},
                                    {"local_view", {{"num_views", 2}}},
                                    {"random_flip", Value()}},
                              problems);
  EXPECT_NO_THROW(problems.throw_if_any());
  EXPECT_EQ(settings.shared.color_jitter->hue, 0.1);
  EXPECT_EQ(settings.shared.color_jitter->prob, 0.8);
  EXPECT_EQ(settings.local->view_size.height, 98);
  EXPECT_FALSE(settings.shared.random_flip);
  SettingsProblems wrong;
  MultiViewSettings::read(
      Value{{"local_view", {{"views", 2}}}, {"random_resize", {{"min_scale", 2}}}}, wrong);
  try {
    wrong.throw_if_any();
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("transform_args.local_view.views"), std::string::npos) << text;
    EXPECT_NE(text.find("transform_args.random_resize.min_scale"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace saker
