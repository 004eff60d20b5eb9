#include "transforms/active_transforms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "transforms/scale_jitter.hpp"

namespace saker {
namespace {

std::string with_probability(const char* name, double prob) {
  return fmt::format("{} (prob {:g})", name, prob);
}

// Groups with a window and a probability.
template <typename Group>
void add(const char* name,
         const std::optional<Group>& group,
         std::int64_t step,
         std::vector<std::string>& active) {
  if (group && group->window.contains(step) && group->prob > 0)
    active.push_back(with_probability(name, group->prob));
}

template <typename Group>
void add_bounds(const std::optional<Group>& group, std::vector<std::int64_t>& bounds) {
  if (!group) return;
  bounds.push_back(*group->window.start);
  if (*group->window.stop) bounds.push_back(**group->window.stop);
}

std::string sizes_text(std::vector<ImageSize> sizes) {
  const auto order = [](const ImageSize& a, const ImageSize& b) {
    return std::pair(a.height, a.width) < std::pair(b.height, b.width);
  };
  std::ranges::sort(sizes, order);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  std::string text;
  for (const ImageSize& size : sizes)
    text += fmt::format("{}{}x{}", text.empty() ? "" : ", ", size.height, size.width);
  return text;
}

}  // namespace

std::vector<std::string> active_transforms(const TransformSettings& settings, std::int64_t step) {
  std::vector<std::string> active;
  add("mosaic", settings.mosaic, step, active);
  if (settings.channel_drop) {
    active.push_back(
        fmt::format("channel_drop (keeps {})", settings.channel_drop->num_channels_keep));
  }
  add("photometric_distort", settings.photometric_distort, step, active);
  add("random_zoom_out", settings.random_zoom_out, step, active);
  add("random_iou_crop", settings.random_iou_crop, step, active);
  if (const auto& flip = settings.random_flip;
      flip && (flip->horizontal_prob > 0 || flip->vertical_prob > 0)) {
    active.push_back(fmt::format("random_flip (horizontal {:g}, vertical {:g})",
                                 flip->horizontal_prob,
                                 flip->vertical_prob));
  }
  if (settings.random_rotate_90 && settings.random_rotate_90->prob > 0)
    active.push_back(with_probability("random_rotate_90", settings.random_rotate_90->prob));
  if (settings.random_rotate && settings.random_rotate->prob > 0)
    active.push_back(with_probability("random_rotate", settings.random_rotate->prob));
  add("mixup", settings.mixup, step, active);
  add("copyblend", settings.copyblend, step, active);
  if (const auto& jitter = settings.scale_jitter;
      jitter && jitter->prob > 0 && (!*jitter->step_stop || step < **jitter->step_stop)) {
    active.push_back(fmt::format("scale_jitter (prob {:g}: {})",
                                 jitter->prob,
                                 sizes_text(jitter_sizes(*jitter, *settings.image_size))));
  }
  return active;
}

std::vector<std::int64_t> phase_starts(const TransformSettings& settings,
                                       std::int64_t total_steps) {
  std::vector<std::int64_t> bounds;
  add_bounds(settings.mosaic, bounds);
  add_bounds(settings.photometric_distort, bounds);
  add_bounds(settings.random_zoom_out, bounds);
  add_bounds(settings.random_iou_crop, bounds);
  add_bounds(settings.mixup, bounds);
  add_bounds(settings.copyblend, bounds);
  if (settings.scale_jitter && *settings.scale_jitter->step_stop)
    bounds.push_back(**settings.scale_jitter->step_stop);
  std::ranges::sort(bounds);
  std::vector<std::int64_t> starts = {0};
  for (const std::int64_t bound : bounds) {
    if (bound <= starts.back() || bound >= total_steps) continue;
    if (active_transforms(settings, bound) != active_transforms(settings, bound - 1))
      starts.push_back(bound);
  }
  return starts;
}

}  // namespace saker
