#include "transforms/color.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <span>
#include <type_traits>

#include "saker/error.hpp"

namespace saker {
namespace {

using LevelTable = std::array<std::uint8_t, 256>;

void require_color(const Image& image) {
  if (image.channels() == 1 || image.channels() == 3) return;
  throw Error(
      ErrorKind::kData,
      fmt::format("colour jitter needs images with 1 or 3 channels but got {}", image.channels()));
}

int luma(const std::uint8_t* rgb) {
  return (9798 * rgb[0] + 19235 * rgb[1] + 3735 * rgb[2] + 16384) >> 15;
}

float luma(const float* rgb) { return 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2]; }

template <typename Function>
LevelTable make_table(Function function) {
  LevelTable table{};
  for (std::size_t level = 0; level < table.size(); ++level) {
    table[level] =
        static_cast<std::uint8_t>(std::clamp(function(static_cast<double>(level)), 0.0, 255.0));
  }
  return table;
}

void apply_table(Image& image, const LevelTable& table) {
  for (std::uint8_t& value : image.mutable_u8()) value = table[value];
}

template <typename Function>
void apply_to_floats(Image& image, Function function) {
  for (float& value : image.mutable_f32()) value = std::clamp(function(value), 0.0F, 1.0F);
}

// To the nearest integer, half to even, for 0 <= value <= 255; unlike the library's it is compiled
// into two additions.
std::uint8_t round_level(float value) {
  constexpr float kShift = 12582912.0F;  // 1.5 * 2^23: its unit in the last place is 1
  return static_cast<std::uint8_t>((value + kShift) - kShift);
}

// Calls function(band, its HSV copy) for bands of rows: they stay in the cache, and OpenCV starts
// no threads for so few pixels.
template <typename Function>
void for_each_hsv_band(Image& image, int type, void* pixels, Function function) {
  constexpr std::int64_t kBandPixels = 1 << 14;
  const std::int64_t band_rows = std::max<std::int64_t>(1, kBandPixels / image.width());
  const cv::Mat whole(
      static_cast<int>(image.height()), static_cast<int>(image.width()), type, pixels);
  cv::Mat hsv;
  for (std::int64_t top = 0; top < image.height(); top += band_rows) {
    cv::Mat band = whole.rowRange(static_cast<int>(top),
                                  static_cast<int>(std::min(top + band_rows, image.height())));
    cv::cvtColor(band, hsv, cv::COLOR_RGB2HSV);
    function(hsv);
    cv::cvtColor(hsv, band, cv::COLOR_HSV2RGB);
  }
}

double wrap(double value, double period) {
  const double rest = std::fmod(value, period);
  return rest < 0 ? rest + period : rest;
}

}  // namespace

double mean_luma(const Image& image) {
  require_color(image);
  const auto step = static_cast<std::size_t>(image.channels());
  const std::size_t pixels = image.value_count() / step;
  if (image.type() == PixelType::kU8) {
    const std::uint8_t* values = image.u8().data();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      sum += static_cast<std::uint64_t>(step == 1 ? values[i] : luma(values + 3 * i));
    }
    return static_cast<double>(sum) / static_cast<double>(pixels);
  }
  const float* values = image.f32().data();
  double sum = 0;
  for (std::size_t i = 0; i < pixels; ++i)
    sum += static_cast<double>(step == 1 ? values[i] : luma(values + 3 * i));
  return sum / static_cast<double>(pixels);
}

void adjust_brightness(Image& image, double factor) {
  require_color(image);
  if (factor == 1) return;
  if (image.type() == PixelType::kU8) {
    const auto f = static_cast<float>(factor);
    // In single precision, as the reference's: levels whose product is whole depend on it.
    apply_table(image, make_table([f](double v) { return double{static_cast<float>(v) * f}; }));
  } else {
    const auto f = static_cast<float>(factor);
    apply_to_floats(image, [f](float v) { return v * f; });
  }
}

void adjust_contrast(Image& image, double factor) {
  require_color(image);
  if (factor == 1) return;
  const double mean = mean_luma(image);
  if (image.type() == PixelType::kU8) {
    if (factor == 0) {
      apply_table(image, make_table([mean](double) { return std::trunc(mean + 0.5); }));
      return;
    }
    apply_table(image,
                make_table([factor, mean](double v) { return v * factor + mean * (1 - factor); }));
  } else {
    const auto f = static_cast<float>(factor);
    const auto shift = static_cast<float>(mean * (1 - factor));
    apply_to_floats(image, [f, shift](float v) { return v * f + shift; });
  }
}

void adjust_saturation(Image& image, double factor) {
  require_color(image);
  if (factor == 1 || image.channels() == 1) return;
  const auto own = static_cast<float>(factor);
  const auto gray = static_cast<float>(1 - factor);
  const std::size_t count = image.value_count();
  if (image.type() == PixelType::kU8) {
    std::uint8_t* values = image.mutable_u8().data();
    for (std::size_t i = 0; i < count; i += 3) {
      const float part = static_cast<float>(luma(values + i)) * gray;
      for (std::size_t c = i; c < i + 3; ++c) {
        // One rounding of the sum, as with a fused multiplication and addition.
        const double sum = double{static_cast<float>(values[c])} * own + part;
        values[c] = round_level(std::clamp(static_cast<float>(sum), 0.0F, 255.0F));
      }
    }
  } else {
    float* values = image.mutable_f32().data();
    for (std::size_t i = 0; i < count; i += 3) {
      const float part = luma(values + i) * gray;
      for (std::size_t c = i; c < i + 3; ++c)
        values[c] = std::clamp(values[c] * own + part, 0.0F, 1.0F);
    }
  }
}

void make_gray(Image& image) {
  require_color(image);
  if (image.channels() == 1) return;
  const auto fill = [](auto values) {
    for (std::size_t i = 0; i < values.size(); i += 3) {
      const auto gray = luma(&values[i]);
      for (std::size_t c = i; c < i + 3; ++c)
        values[c] = static_cast<std::remove_reference_t<decltype(values[c])>>(gray);
    }
  };
  if (image.type() == PixelType::kU8) {
    fill(image.mutable_u8());
  } else {
    fill(image.mutable_f32());
  }
}

void adjust_hue(Image& image, double turns) {
  require_color(image);
  if (turns == 0 || image.channels() == 1) return;
  if (image.type() == PixelType::kU8) {
    const LevelTable table =
        make_table([turns](double hue) { return std::trunc(wrap(hue + 180 * turns, 180)); });
    for_each_hsv_band(image, CV_8UC3, image.mutable_u8().data(), [&table](cv::Mat& hsv) {
      std::uint8_t* values = hsv.ptr<std::uint8_t>();
      const std::size_t count = hsv.total() * 3;
      for (std::size_t i = 0; i < count; i += 3) values[i] = table[values[i]];
    });
  } else {
    const auto shift = static_cast<float>(360 * turns);
    for_each_hsv_band(image, CV_32FC3, image.mutable_f32().data(), [shift](cv::Mat& hsv) {
      float* values = hsv.ptr<float>();
      const std::size_t count = hsv.total() * 3;
      for (std::size_t i = 0; i < count; i += 3) {
        float hue = values[i] + shift;
        if (hue < 0) hue += 360;
        if (hue >= 360) hue -= 360;
        values[i] = hue;
      }
    });
  }
}

void shuffle_channels(Image& image, const std::array<std::int64_t, 3>& order) {
  if (image.channels() != 3) {
    throw Error(
        ErrorKind::kData,
        fmt::format("channel shuffle needs images with 3 channels but got {}", image.channels()));
  }
  const auto shuffle = [&order](auto values) {
    for (std::size_t i = 0; i < values.size(); i += 3) {
      const std::array pixel = {values[i], values[i + 1], values[i + 2]};
      for (std::size_t c = 0; c < 3; ++c) values[i + c] = pixel[static_cast<std::size_t>(order[c])];
    }
  };
  if (image.type() == PixelType::kU8) {
    shuffle(image.mutable_u8());
  } else {
    shuffle(image.mutable_f32());
  }
}

}  // namespace saker
