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

  std::span<const float> weights_of(const Range& range) const {
    return {weights.data() + range.weight, range.count};
  }
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

// One target row of interleaved values from the source rows that `range` names, the first of which
// `rows` points to. Vertically first, because whole rows are added up fast and only the target's
// rows are left for the slower direction.
class RowFilter {
 public:
  RowFilter(std::int64_t width_in, std::int64_t width, std::int64_t channels)
      : horizontal_(make_taps(width_in, width)),
        channels_(static_cast<std::size_t>(channels)),
        stride_(static_cast<std::size_t>(width_in * channels)),
        sum_(stride_ + 1),
        out_(static_cast<std::size_t>(width * channels)) {}

  template <typename Value>
  const float* operator()(const Value* rows, std::span<const float> weights) {
    if constexpr (std::is_same_v<Value, std::uint8_t>) {
      add_u8_rows(rows, stride_, weights, sum_.data(), stride_);
    } else {
      add_f32_rows(rows, stride_, weights, sum_.data(), stride_);
    }
    if (channels_ == 3) {
      filter_row_rgb(horizontal_, sum_.data(), out_.data());
    } else {
      filter_row(horizontal_, sum_.data(), channels_, out_.data());
    }
    return out_.data();
  }

  std::size_t stride() const { return stride_; }

 private:
  Taps horizontal_;
  std::size_t channels_, stride_;
  std::vector<float> sum_, out_;
};

// Calls put(y, row) for each target row of interleaved values.
template <typename Value, typename Put>
void resize_rows(const Value* pixels, const Image& image, const Image& resized, const Put& put) {
  const Taps vertical = make_taps(image.height(), resized.height());
  RowFilter filter(image.width(), resized.width(), image.channels());
  for (std::size_t y = 0; y < vertical.ranges.size(); ++y) {
    const Taps::Range& range = vertical.ranges[y];
    put(y, filter(pixels + range.first * filter.stride(), vertical.weights_of(range)));
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
    resize_rows(image.u8().data(), image, resized, put);
  } else {
    float* target = resized.mutable_f32().data();
    const auto put = [&](std::size_t y, const float* row) {
      std::copy_n(row, stride, target + y * stride);
    };
    resize_rows(image.f32().data(), image, resized, put);
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

struct PlanarResizer::State {
  State(std::int64_t image_height,
        std::int64_t image_width,
        std::int64_t height,
        std::int64_t width,
        std::span<const float> channel_scale,
        std::span<const float> channel_offset,
        std::span<float> target)
      : vertical(make_taps(image_height, height)),
        filter(image_width, width, static_cast<std::int64_t>(channel_scale.size())),
        columns(static_cast<std::size_t>(width)),
        plane(static_cast<std::size_t>(height * width)),
        scale(channel_scale.begin(), channel_scale.end()),
        offset(channel_offset.begin(), channel_offset.end()),
        chw(target) {}

  void put(std::size_t y, const float* row) const {
    const std::size_t channels = scale.size();
    for (std::size_t c = 0; c < channels; ++c) {
      float* out = chw.data() + c * plane + y * columns;
      if (channels == 3) {
        scale_column<3>(row + c, columns, 3, scale[c], offset[c], out);
      } else {
        scale_column<0>(row + c, columns, channels, scale[c], offset[c], out);
      }
    }
  }

  template <typename Value>
  void add(const Value* rows, std::size_t first, std::size_t end) {
    for (; next < vertical.ranges.size(); ++next) {
      const Taps::Range& range = vertical.ranges[next];
      if (range.first + range.count > end) return;
      put(next, filter(rows + (range.first - first) * filter.stride(), vertical.weights_of(range)));
    }
  }

  Taps vertical;
  RowFilter filter;
  std::size_t columns, plane;
  std::vector<float> scale, offset;
  std::span<float> chw;
  std::size_t next = 0;  // the target row to be written
};

PlanarResizer::PlanarResizer(std::int64_t image_height,
                             std::int64_t image_width,
                             std::int64_t height,
                             std::int64_t width,
                             std::span<const float> scale,
                             std::span<const float> offset,
                             std::span<float> chw) {
  if (height <= 0 || width <= 0 || scale.empty() || scale.size() != offset.size() ||
      chw.size() != scale.size() * static_cast<std::size_t>(height * width)) {
    throw Error(ErrorKind::kInternal,
                "resizing to planes needs scale, offset and target of the image's channels");
  }
  state_ = std::make_unique<State>(image_height, image_width, height, width, scale, offset, chw);
}

PlanarResizer::PlanarResizer(PlanarResizer&&) noexcept = default;
PlanarResizer::~PlanarResizer() = default;

void PlanarResizer::add(const Image& rows, std::int64_t first, std::int64_t count) {
  if (first > needed_row() && !is_complete())
    throw Error(ErrorKind::kInternal, "rows that a resized image needs are gone");
  const auto begin = static_cast<std::size_t>(first);
  const auto end = static_cast<std::size_t>(first + count);
  rows.type() == PixelType::kU8 ? state_->add(rows.u8().data(), begin, end)
                                : state_->add(rows.f32().data(), begin, end);
}

std::int64_t PlanarResizer::needed_row() const noexcept {
  return is_complete() ? std::numeric_limits<std::int64_t>::max()
                       : static_cast<std::int64_t>(state_->vertical.ranges[state_->next].first);
}

std::int64_t PlanarResizer::rows_at_once() const noexcept {
  std::size_t most = 0;
  for (const Taps::Range& range : state_->vertical.ranges) most = std::max(most, range.count);
  return static_cast<std::int64_t>(most);
}

bool PlanarResizer::is_complete() const noexcept {
  return state_->next == state_->vertical.ranges.size();
}

void resize_antialias_planar(const Image& image,
                             std::int64_t height,
                             std::int64_t width,
                             std::span<const float> scale,
                             std::span<const float> offset,
                             std::span<float> chw) {
  if (scale.size() != static_cast<std::size_t>(image.channels()))
    throw Error(ErrorKind::kInternal, "resizing to planes needs a scale for each channel");
  PlanarResizer(image.height(), image.width(), height, width, scale, offset, chw)
      .add(image, 0, image.height());
}

}  // namespace saker
