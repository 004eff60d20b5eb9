#include "image/resize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <type_traits>
#include <vector>

#include "saker/error.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SAKER_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define SAKER_VECTOR_CLONES
#endif

namespace saker {
namespace {

// The source pixels of each target pixel of one axis, and their weights.
struct Taps {
  struct Range {
    std::size_t first;
    std::size_t count;
    std::size_t weight;  // index of the first weight
  };
  std::vector<Range> ranges;
  std::vector<float> weights;
};

Taps make_taps(std::int64_t size_in, std::int64_t size_out) {
  Taps taps;
  const double scale = static_cast<double>(size_in) / static_cast<double>(size_out);
  const double support = std::max(1.0, scale);
  taps.ranges.reserve(static_cast<std::size_t>(size_out));
  std::vector<double> weights;
  for (std::int64_t d = 0; d < size_out; ++d) {
    const double centre = (static_cast<double>(d) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - support + 0.5));
    const auto last = std::min(size_in, static_cast<std::int64_t>(centre + support + 0.5));
    const std::size_t begin = taps.weights.size();
    double sum = 0.0;
    weights.clear();
    for (std::int64_t j = first; j < last; ++j) {
      weights.push_back(
          std::max(0.0, 1.0 - std::abs((static_cast<double>(j) + 0.5 - centre) / support)));
      sum += weights.back();
    }
    while (weights.size() > 1 && weights.back() == 0.0) weights.pop_back();
    for (const double weight : weights) taps.weights.push_back(static_cast<float>(weight / sum));
    taps.ranges.push_back({static_cast<std::size_t>(first), weights.size(), begin});
  }
  return taps;
}

// sum[i] = sum over k of weights[k] * rows[k * stride + i], for i < count.
//
// Done in short pieces, which stay in the fastest cache, and two rows at a time, which halves the
// traffic of the sums.
template <typename Value>
[[gnu::always_inline]] inline void add_rows(const Value* rows,
                                            std::size_t stride,
                                            std::span<const float> weights,
                                            float* sum,
                                            std::size_t count) {
  constexpr std::size_t kPiece = 1024;
  for (std::size_t begin = 0; begin < count; begin += kPiece) {
    const std::size_t size = std::min(kPiece, count - begin);
    float* __restrict out = sum + begin;
    const Value* row = rows + begin;
    std::fill_n(out, size, 0.0F);
    std::size_t k = 0;
    for (; k + 2 <= weights.size(); k += 2, row += 2 * stride) {
      const Value* __restrict first = row;
      const Value* __restrict second = row + stride;
      const float a = weights[k];
      const float b = weights[k + 1];
      for (std::size_t i = 0; i < size; ++i) {
        out[i] += a * static_cast<float>(first[i]) + b * static_cast<float>(second[i]);
      }
    }
    if (k < weights.size()) {
      const float a = weights[k];
      for (std::size_t i = 0; i < size; ++i) out[i] += a * static_cast<float>(row[i]);
    }
  }
}

SAKER_VECTOR_CLONES
void add_u8_rows(const std::uint8_t* rows,
                 std::size_t stride,
                 std::span<const float> weights,
                 float* sum,
                 std::size_t count) {
  add_rows(rows, stride, weights, sum, count);
}

SAKER_VECTOR_CLONES
void add_f32_rows(const float* rows,
                  std::size_t stride,
                  std::span<const float> weights,
                  float* sum,
                  std::size_t count) {
  add_rows(rows, stride, weights, sum, count);
}

// One target row of `channels` interleaved values from a source row of the same kind.
void filter_row(const Taps& taps, const float* row, std::size_t channels, float* out) {
  for (const Taps::Range& range : taps.ranges) {
    const float* weights = taps.weights.data() + range.weight;
    for (std::size_t c = 0; c < channels; ++c) {
      const float* values = row + range.first * channels + c;
      float sum = 0.0F;
      for (std::size_t k = 0; k < range.count; ++k) sum += weights[k] * values[k * channels];
      *out++ = sum;
    }
  }
}

// The same for 3 channels, four lanes wide: the fourth reads the next pixel's red (`row` has one
// value behind its end) and is dropped.
void filter_row_rgb(const Taps& taps, const float* row, float* out) {
  for (const Taps::Range& range : taps.ranges) {
    const float* weights = taps.weights.data() + range.weight;
    const float* values = row + range.first * 3;
    float sum[4] = {};
    for (std::size_t k = 0; k < range.count; ++k, values += 3) {
      for (std::size_t c = 0; c < 4; ++c) sum[c] += weights[k] * values[c];
    }
    std::copy_n(sum, 3, out);
    out += 3;
  }
}

// Vertically first, because whole rows are added up fast and only the target's rows are left for
// the slower direction. Calls put(y, row) for each target row of interleaved values.
template <typename Value, typename Put>
void resize_rows(const Value* pixels,
                 std::int64_t height_in,
                 std::int64_t width_in,
                 std::int64_t channels,
                 std::int64_t height,
                 std::int64_t width,
                 Put put) {
  const Taps vertical = make_taps(height_in, height);
  const Taps horizontal = make_taps(width_in, width);
  const std::size_t stride = static_cast<std::size_t>(width_in * channels);
  std::vector<float> sum(stride + 1);
  std::vector<float> out(static_cast<std::size_t>(width * channels));
  for (std::size_t y = 0; y < vertical.ranges.size(); ++y) {
    const Taps::Range& range = vertical.ranges[y];
    const std::span weights(vertical.weights.data() + range.weight, range.count);
    const Value* rows = pixels + range.first * stride;
    if constexpr (std::is_same_v<Value, std::uint8_t>) {
      add_u8_rows(rows, stride, weights, sum.data(), stride);
    } else {
      add_f32_rows(rows, stride, weights, sum.data(), stride);
    }
    if (channels == 3) {
      filter_row_rgb(horizontal, sum.data(), out.data());
    } else {
      filter_row(horizontal, sum.data(), static_cast<std::size_t>(channels), out.data());
    }
    put(y, out.data());
  }
}

// One channel of `count` interleaved pixels, scaled and shifted. kChannels: their number where it
// is known at compile time, else 0.
template <std::size_t kChannels>
void scale_column(const float* values,
                  std::size_t count,
                  std::size_t channels,
                  float scale,
                  float offset,
                  float* out) {
  const std::size_t step = kChannels == 0 ? channels : kChannels;
  for (std::size_t x = 0; x < count; ++x) out[x] = values[step * x] * scale + offset;
}

}  // namespace

Image resize_bilinear(const Image& image, std::int64_t height, std::int64_t width) {
  if (height == image.height() && width == image.width()) return image;
  Image resized(height, width, image.channels(), image.type());
  if (std::max({height, width, image.height(), image.width()}) > std::numeric_limits<int>::max() ||
      image.channels() > CV_CN_MAX) {
    throw Error(ErrorKind::kData,
                fmt::format("an image of {} x {} pixels is too large to be resized",
                            image.width(),
                            image.height()));
  }
  const bool u8 = image.type() == PixelType::kU8;
  const int type = CV_MAKETYPE(u8 ? CV_8U : CV_32F, static_cast<int>(image.channels()));
  const void* source = u8 ? static_cast<const void*>(image.u8().data()) : image.f32().data();
  void* target =
      u8 ? static_cast<void*>(resized.mutable_u8().data()) : resized.mutable_f32().data();
  const cv::Mat in(static_cast<int>(image.height()),
                   static_cast<int>(image.width()),
                   type,
                   const_cast<void*>(source));
  cv::Mat out(static_cast<int>(height), static_cast<int>(width), type, target);
  cv::resize(in, out, out.size(), 0.0, 0.0, cv::INTER_LINEAR);
  return resized;
}

Image resize_antialias(const Image& image, std::int64_t height, std::int64_t width) {
  if (height == image.height() && width == image.width()) return image;
  Image resized(height, width, image.channels(), image.type());
  const std::size_t stride = static_cast<std::size_t>(width * image.channels());
  if (image.type() == PixelType::kU8) {
    std::uint8_t* target = resized.mutable_u8().data();
    const auto put = [&](std::size_t y, const float* row) {
      for (std::size_t i = 0; i < stride; ++i) {
        target[y * stride + i] = static_cast<std::uint8_t>(std::min(row[i], 255.0F) + 0.5F);
      }
    };
    resize_rows(
        image.u8().data(), image.height(), image.width(), image.channels(), height, width, put);
  } else {
    float* target = resized.mutable_f32().data();
    const auto put = [&](std::size_t y, const float* row) {
      std::copy_n(row, stride, target + y * stride);
    };
    resize_rows(
        image.f32().data(), image.height(), image.width(), image.channels(), height, width, put);
  }
  return resized;
}

Image resize_longer_side(const Image& image, std::int64_t side) {
  const double scale =
      static_cast<double>(side) / static_cast<double>(std::max(image.height(), image.width()));
  const auto scaled = [scale](std::int64_t pixels) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(pixels) * scale));
  };
  return resize_antialias(image, scaled(image.height()), scaled(image.width()));
}

void resize_antialias_planar(const Image& image,
                             std::int64_t height,
                             std::int64_t width,
                             std::span<const float> scale,
                             std::span<const float> offset,
                             std::span<float> chw) {
  const auto channels = static_cast<std::size_t>(image.channels());
  if (height <= 0 || width <= 0 || scale.size() != channels || offset.size() != channels ||
      chw.size() != channels * static_cast<std::size_t>(height * width)) {
    throw Error(ErrorKind::kInternal,
                "resize_antialias_planar needs scale, offset and target of the image's channels");
  }
  const auto columns = static_cast<std::size_t>(width);
  const std::size_t plane = static_cast<std::size_t>(height) * columns;
  const auto put = [&](std::size_t y, const float* row) {
    for (std::size_t c = 0; c < channels; ++c) {
      float* out = chw.data() + c * plane + y * columns;
      if (channels == 3) {
        scale_column<3>(row + c, columns, 3, scale[c], offset[c], out);
      } else {
        scale_column<0>(row + c, columns, channels, scale[c], offset[c], out);
      }
    }
  };
  if (image.type() == PixelType::kU8) {
    resize_rows(
        image.u8().data(), image.height(), image.width(), image.channels(), height, width, put);
  } else {
    resize_rows(
        image.f32().data(), image.height(), image.width(), image.channels(), height, width, put);
  }
}

}  // namespace saker
