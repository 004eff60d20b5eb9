#include "transforms/transform_settings.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

struct Reading {
  TransformSettings settings;
  std::vector<std::string> problems;
};

Reading read(const Value& value, TransformSettings settings = {}) {
  SettingsProblems problems;
  SettingsReader reader(value, "transform_args", problems);
  read_transform_settings(reader, {"mixup"}, "PicoDet", settings);
  reader.finish();
  return {std::move(settings), problems.lines()};
}

TEST(TransformSettings, GroupsKeepTheFieldsThatAreNotNamed) {
  TransformSettings settings;
  settings.random_zoom_out = RandomZoomOutSettings{.prob = 0.25, .fill = 7};
  const Reading reading =
      read({{"random_zoom_out", {{"prob", 1}, {"side_range", {1, 2}}}}}, settings);
  ASSERT_TRUE(reading.problems.empty()) << reading.problems[0];
  EXPECT_EQ(reading.settings.random_zoom_out->prob, 1);
  EXPECT_EQ(reading.settings.random_zoom_out->fill, 7);
  EXPECT_EQ(reading.settings.random_zoom_out->side_range[1], 2);
}

TEST(TransformSettings, NullTurnsOff) {
  TransformSettings settings;
  settings.random_flip = RandomFlipSettings{};
  const Reading reading =
      read({{"random_flip", nullptr}, {"normalize", nullptr}, {"mosaic", nullptr}}, settings);
  EXPECT_TRUE(reading.problems.empty());
  EXPECT_FALSE(reading.settings.random_flip.has_value());
  ASSERT_TRUE(reading.settings.normalize.has_value());
  EXPECT_FALSE(reading.settings.normalize->has_value());
}

TEST(TransformSettings, AutoIsKeptForLater) {
  TransformSettings settings;
  settings.photometric_distort = PhotometricDistortSettings{};
  settings.image_size = ImageSize{1, 1};
  const Reading reading =
      read({{"image_size", "auto"},
            {"normalize", "auto"},
            {"photometric_distort", {{"step_stop", "auto"}, {"step_start", 3}}}},
           settings);
  EXPECT_TRUE(reading.problems.empty());
  EXPECT_FALSE(reading.settings.image_size.has_value());
  EXPECT_FALSE(reading.settings.normalize.has_value());
  EXPECT_FALSE(reading.settings.photometric_distort->window.stop.has_value());
  EXPECT_EQ(reading.settings.photometric_distort->window.start, 3);
}

TEST(TransformSettings, AnAngleStandsForBothDirections) {
  EXPECT_EQ(
      read({{"random_rotate", {{"prob", 1}, {"degrees", 15}}}}).settings.random_rotate->degrees,
      (std::array<double, 2>{-15, 15}));
  EXPECT_EQ(read({{"random_rotate", {{"prob", 1}, {"degrees", {5, 20}}}}})
                .settings.random_rotate->degrees,
            (std::array<double, 2>{5, 20}));
}

struct BadCase {
  Value value;
  const char* problem;
};

TEST(TransformSettings, EveryProblemNamesItsKey) {
  const std::vector<BadCase> cases = {
      {{{"random_flip", {{"bad", 1}}}}, "Unknown key: 'transform_args.random_flip.bad'"},
      {{{"random_flp", {{"vertical_prob", 1}}}},
       "Unknown key: 'transform_args.random_flp'; did you mean 'random_flip'?"},
      {{{"random_flip", {{"vertical_prob", 1.5}}}},
       "'transform_args.random_flip.vertical_prob': must lie in [0, 1] but got 1.5"},
      {{{"random_zoom_out", {{"side_range", {0.5, 2}}}}}, "side_range[0]': must lie in [1,"},
      {{{"random_zoom_out", {{"side_range", {3, 2}}}}},
       "side_range': the first number must not exceed the second"},
      {{{"random_zoom_out", {{"prob", "often"}}}},
       "Invalid type for key 'transform_args.random_zoom_out.prob'"},
      {{{"photometric_distort", {{"hue", {-0.6, 0.1}}}}}, "hue[0]': must lie in [-0.5, 0.5]"},
      {{{"photometric_distort", {{"step_start", -1}}}}, "step_start': must be at least 0"},
      {{{"photometric_distort", {{"step_stop", 0}}}}, "step_stop': must be more than 0"},
      {{{"photometric_distort", {{"step_start", 5}, {"step_stop", 5}}}},
       "step_stop': must be more than step_start (5)"},
      {{{"random_iou_crop", {{"crop_trials", 1.5}}}}, "crop_trials': expected an integer"},
      {{{"random_iou_crop", {{"min_scale", 0.9}, {"max_scale", 0.5}}}},
       "max_scale': must be at least its minimum"},
      {{{"random_rotate_90", Value::Object{}}},
       "Missing key: 'transform_args.random_rotate_90.prob'"},
      {{{"random_rotate", {{"prob", 1}}}}, "Missing key: 'transform_args.random_rotate.degrees'"},
      {{{"image_size", 416}}, "Invalid type for key 'transform_args.image_size'"},
      {{{"image_size", {0, 416}}}, "image_size[0]': must lie in [1,"},
      {{{"resize", {{"height", "big"}}}}, "resize.height': expected an integer"},
      {{{"scale_jitter", {{"sizes", {{416, 416}, {0, 1}}}}}},
       "Invalid type for key 'transform_args.scale_jitter.sizes[1]'"},
      {{{"scale_jitter", {{"sizes", nullptr}, {"min_scale", 1}}}}, "give either sizes, or null"},
      {{{"normalize", {{"mean", {1, 2}}}}}, "normalize.std': must have as many numbers as mean"},
      {{{"normalize", {{"std", {1, 0, 1}}}}}, "normalize.std[1]': must be more than 0"},
      {{{"mixup", {{"prob", 1}}}},
       "'transform_args.mixup': PicoDet does not offer mixup in this version"},
      {{{"mosaic", {{"prob", 1.5}}}}, "'transform_args.mosaic.prob': must lie in [0, 1]"},
      {{{"mosaic", {{"prob", "0.5"}}}}, "Invalid type for key 'transform_args.mosaic.prob'"},
      {{{"mosaic", {{"output_size", 0}}}}, "mosaic.output_size': must lie in [1,"},
      {{{"mosaic", {{"output_size", 320.0}}}}, "mosaic.output_size': expected an integer"},
      {{{"mosaic", {{"max_size", 0}}}}, "mosaic.max_size': must lie in [1,"},
      {{{"mosaic", {{"max_cached_images", 0}}}}, "max_cached_images': must lie in [1,"},
      {{{"mosaic", {{"scaling_range", {0, 1}}}}}, "scaling_range[0]': must lie in [0.001,"},
      {{{"mosaic", {{"scaling_range", {1.5, 0.5}}}}},
       "mosaic.scaling_range': the first number must not exceed the second"},
      {{{"mosaic", {{"translation_range", {-0.1, 0.1}}}}},
       "translation_range[0]': must lie in [0,"},
      {{{"mosaic", {{"translation_range", 0.1}}}},
       "Invalid type for key 'transform_args.mosaic.translation_range'"},
      {{{"mosaic", {{"random_pop", 1}}}},
       "Invalid type for key 'transform_args.mosaic.random_pop'"},
      {{{"mosaic", {{"max_cached_image", 1}}}},
       "Unknown key: 'transform_args.mosaic.max_cached_image'; did you mean 'max_cached_images'?"},
      {{{"mosaic", {{"step_start", 9}, {"step_stop", 3}}}}, "must be more than step_start (9)"},
      {{{"copyblend", {{"area_threshold", -1}}}}, "copyblend.area_threshold': must be at least 0"},
      {{{"copyblend", {{"num_objects", 0}}}}, "copyblend.num_objects': must be at least 1"},
      {{{"copyblend", {{"expand_ratios", {0.3, 0.1}}}}},
       "copyblend.expand_ratios': the first number must not exceed the second"},
      {{{"copy_blend", {{"prob", 1}}}},
       "Unknown key: 'transform_args.copy_blend'; did you mean 'copyblend'?"},
      {{{"color_jitter", nullptr}}, "Unknown key: 'transform_args.color_jitter'"},
      {{{"channel_drop", {{"num_channels_keep", 1}}}},
       "Missing key: 'transform_args.channel_drop.weight_drop'"},
      {{{"channel_drop", {{"num_channels_keep", 0}, {"weight_drop", {1, 1}}}}},
       "num_channels_keep': must be at least 1"},
      {{{"channel_drop", {{"num_channels_keep", 3}, {"weight_drop", {1, 1}}}}},
       "must be at most the number of weights (2)"},
      {{{"channel_drop", {{"num_channels_keep", 1}, {"weight_drop", {0, 0, 1}}}}},
       "must have at most num_channels_keep (1) zeros"},
      {{{"channel_drop", {{"num_channels_keep", 1}, {"weight_drop", {-1, 1}}}}},
       "weight_drop[0]': must be at least 0"},
      {{{"min_bbox_size_px", -1}}, "min_bbox_size_px': must lie in [0,"},
  };
  for (const BadCase& bad : cases) {
    const Reading reading = read(bad.value);
    ASSERT_EQ(reading.problems.size(), 1U) << bad.value.to_json();
    EXPECT_NE(reading.problems[0].find(bad.problem), std::string::npos) << reading.problems[0];
  }
}

TEST(TransformSettings, ReadsBackWhatItWrites) {
  TransformSettings settings;
  settings.photometric_distort = PhotometricDistortSettings{
      .hue = {-0.1, 0.2},
      .window = {.start = std::nullopt, .stop = std::optional<std::int64_t>(9)}};
  settings.random_zoom_out = RandomZoomOutSettings{.fill = 12.5};
  settings.random_iou_crop = RandomIouCropSettings{.sampler_options = {0, 2}};
  settings.random_rotate = RandomRotateSettings{.prob = 0.5, .degrees = {-3, 4}};
  settings.random_rotate_90 = RandomRotate90Settings{.prob = 0.125};
  settings.resize = ResizeSettings{.height = 4, .width = std::nullopt};
  settings.scale_jitter =
      ScaleJitterSettings{.sizes = {{{32, 64}}}, .divisible_by = std::optional<std::int64_t>()};
  settings.normalize = std::optional<Normalization>();
  settings.mosaic = MosaicSettings{.max_size = 400, .rotation_range = 5.5, .random_pop = false};
  settings.copyblend = CopyblendSettings{.num_objects = 2, .expand_ratios = {0, 0.5}};
  settings.channel_drop = ChannelDropSettings{.num_channels_keep = 2, .weight_drop = {1, 2, 0}};
  const Value value = to_value(settings);
  const Reading reading = read(value);
  ASSERT_TRUE(reading.problems.empty()) << reading.problems[0];
  EXPECT_EQ(to_value(reading.settings).to_json(), value.to_json());
}

}  // namespace
}  // namespace saker
