#include "image/draw/canvas.hpp"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kTile = 4096;

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyContext {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(ErrorKind::kInternal,
                fmt::format("drawing failed: {}", cairo_status_to_string(status)));
  }
}

// Calls visit(word, pixel) for each pixel of the tile; a word is 0x..RRGGBB.
template <typename Visit>
void for_each_pixel(cairo_surface_t* surface,
                    std::uint8_t* pixels,
                    std::int64_t image_width,
                    const PixelRegion& tile,
                    const Visit& visit) {
  unsigned char* rows = cairo_image_surface_get_data(surface);
  const std::int64_t stride = cairo_image_surface_get_stride(surface);
  for (std::int64_t y = tile.top; y < tile.bottom; ++y) {
    unsigned char* word = rows + (y - tile.top) * stride;
    std::uint8_t* pixel = pixels + (y * image_width + tile.left) * 3;
    for (std::int64_t x = tile.left; x < tile.right; ++x, word += 4, pixel += 3) visit(word, pixel);
  }
}

void paint_tile(Image& image,
                const PixelRegion& tile,
                const std::function<void(CairoContext*)>& draw) {
  const std::unique_ptr<cairo_surface_t, DestroySurface> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                 static_cast<int>(tile.right - tile.left),
                                 static_cast<int>(tile.bottom - tile.top)));
  check(cairo_surface_status(surface.get()));
  std::uint8_t* pixels = image.mutable_u8().data();
  for_each_pixel(surface.get(),
                 pixels,
                 image.width(),
                 tile,
                 [](unsigned char* word, const std::uint8_t* pixel) {
                   const std::uint32_t value =
                       std::uint32_t{pixel[0]} << 16 | std::uint32_t{pixel[1]} << 8 | pixel[2];
                   std::memcpy(word, &value, sizeof value);
                 });
  cairo_surface_mark_dirty(surface.get());

  const std::unique_ptr<cairo_t, DestroyContext> context(cairo_create(surface.get()));
  cairo_translate(context.get(), -static_cast<double>(tile.left), -static_cast<double>(tile.top));
  draw(context.get());
  check(cairo_status(context.get()));

  cairo_surface_flush(surface.get());
  for_each_pixel(surface.get(),
                 pixels,
                 image.width(),
                 tile,
                 [](const unsigned char* word, std::uint8_t* pixel) {
                   std::uint32_t value = 0;
                   std::memcpy(&value, word, sizeof value);
                   pixel[0] = static_cast<std::uint8_t>(value >> 16);
                   pixel[1] = static_cast<std::uint8_t>(value >> 8);
                   pixel[2] = static_cast<std::uint8_t>(value);
                 });
}

}  // namespace

Image to_rgb_u8(const Image& image) {
  if (image.empty() || (image.channels() != 1 && image.channels() != 3)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("only images with 1 or 3 channels can be drawn on, but this one is "
                            "{} x {} pixels with {} channels",
                            image.width(),
                            image.height(),
                            image.channels()));
  }
  if (image.type() == PixelType::kU8 && image.channels() == 3) return image;
  Image result(image.height(), image.width(), 3, PixelType::kU8);
  const std::span<std::uint8_t> out = result.mutable_u8();
  const std::size_t copies = image.channels() == 1 ? 3 : 1;
  const auto fill = [&](const auto& values, const auto& convert) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::fill_n(
          out.begin() + static_cast<std::ptrdiff_t>(i * copies), copies, convert(values[i]));
    }
  };
  if (image.type() == PixelType::kU8) {
    fill(image.u8(), [](std::uint8_t value) { return value; });
  } else {
    fill(image.f32(), [](float value) {
      // Written so that NaN becomes 0.
      const float unit = value > 0.0F ? std::min(value, 1.0F) : 0.0F;
      return static_cast<std::uint8_t>(std::lround(unit * 255.0F));
    });
  }
  return result;
}

void paint(Image& image,
           const PixelRegion& region,
           const std::function<void(CairoContext*)>& draw) {
  const std::int64_t right = std::min(region.right, image.width());
  const std::int64_t bottom = std::min(region.bottom, image.height());
  for (std::int64_t top = std::max<std::int64_t>(region.top, 0); top < bottom; top += kTile) {
    for (std::int64_t left = std::max<std::int64_t>(region.left, 0); left < right; left += kTile) {
      paint_tile(
          image, {left, top, std::min(left + kTile, right), std::min(top + kTile, bottom)}, draw);
    }
  }
}

void paint(Image& image, const std::function<void(CairoContext*)>& draw) {
  paint(image, {0, 0, image.width(), image.height()}, draw);
}

void set_color(CairoContext* context, Rgb color, double opacity) {
  cairo_set_source_rgba(
      context, color.red / 255.0, color.green / 255.0, color.blue / 255.0, opacity);
}

void rounded_rectangle(
    CairoContext* context, double x, double y, double width, double height, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(context);
  cairo_arc(context, x + width - radius, y + radius, radius, -kQuarter, 0);
  cairo_arc(context, x + width - radius, y + height - radius, radius, 0, kQuarter);
  cairo_arc(context, x + radius, y + height - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(context, x + radius, y + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(context);
}

}  // namespace saker
