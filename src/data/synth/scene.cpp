#include "data/synth/scene.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "data/synth/background.hpp"
#include "data/synth/clutter.hpp"
#include "data/synth/visibility.hpp"

namespace saker {
namespace {

constexpr int kAttempts = 24;
// Objects that are not meant to crowd hide at most a tenth of one another.
constexpr double kMostlyVisible = 0.9;
constexpr double kReach = 1.35;  // of an object, in radii

class SceneBuilder {
 public:
  SceneBuilder(const SceneSettings& settings, RandomStream& draws)
      : settings_(settings),
        draws_(draws),
        side_(static_cast<double>(std::min(settings.width, settings.height))),
        visibility_(settings.width, settings.height) {}

  Scene build() {
    Scene scene;
    scene.image = draw_background(settings_.width, settings_.height, draws_);
    const std::int64_t clutter = draws_.uniform_int(0, settings_.max_clutter);
    const std::int64_t behind = draws_.uniform_int(0, clutter);
    for (std::int64_t i = 0; i < behind; ++i) add_clutter();
    const std::int64_t count = draws_.uniform_int(settings_.min_objects, settings_.max_objects);
    for (std::int64_t i = 0; i < count; ++i) add_object();
    for (std::int64_t i = behind; i < clutter; ++i) add_clutter();
    paint(scene.image, [&](CairoContext* context) {
      for (const auto& thing : things_) {
        if (const auto* object = std::get_if<ObjectLook>(&thing)) paint_object(context, *object);
        if (const auto* other = std::get_if<ClutterLook>(&thing)) paint_clutter(context, *other);
      }
    });
    const PhotoEffects random = random_photo_effects(draws_);
    apply_photo_effects(scene.image, settings_.effects.value_or(random), draws_);
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      scene.objects.push_back(
          {kinds_[i], visibility_.visible_box(i), visibility_.visible_fraction(i)});
    }
    return scene;
  }

 private:
  double random_x(double inset) {
    return draws_.uniform(inset, static_cast<double>(settings_.width) - inset);
  }
  double random_y(double inset) {
    return draws_.uniform(inset, static_cast<double>(settings_.height) - inset);
  }

  void add_object() {
    auto kind = static_cast<SynthClass>(draws_.uniform_int(0, std::ssize(kSynthClassNames) - 1));
    if (kinds_.empty()) kind = settings_.first_class.value_or(kind);
    const double spread = draws_.uniform();
    const double radius =
        side_ * 0.5 * (settings_.min_size + (settings_.max_size - settings_.min_size) * spread);
    const double minimum = draws_.uniform() < settings_.crowding ? kMinimumVisible : kMostlyVisible;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      // Later attempts are smaller, and stay away from the edges.
      const double shrunk =
          std::max(radius * (1 - 0.02 * attempt), side_ * 0.5 * settings_.min_size);
      const double inset = std::min(shrunk * (attempt < kAttempts / 2 ? 0.6 : 1.0), side_ / 2);
      const double x = random_x(inset);
      const double y = random_y(inset);
      const ObjectLook look = random_object(kind, x, y, shrunk, draws_);
      const auto margin = static_cast<std::int64_t>(std::ceil(kReach * shrunk));
      if (!visibility_.add_object(
              [&](CairoContext* context) { trace_silhouette(context, look); }, margin, minimum)) {
        continue;
      }
      kinds_.push_back(kind);
      things_.emplace_back(look);
      return;
    }
  }

  void add_clutter() {
    const double radius = side_ * draws_.uniform(0.04, 0.2);
    const double x = random_x(0);
    const double y = random_y(0);
    const ClutterLook look = random_clutter(x, y, radius, draws_);
    const auto margin = static_cast<std::int64_t>(std::ceil(radius));
    if (visibility_.add_cover([&](CairoContext* context) { trace_clutter(context, look); },
                              margin,
                              kMinimumVisible)) {
      things_.emplace_back(look);
    }
  }

  const SceneSettings& settings_;
  RandomStream& draws_;
  double side_;
  VisibilityMap visibility_;
  std::vector<SynthClass> kinds_;                              // by index in visibility_
  std::vector<std::variant<ObjectLook, ClutterLook>> things_;  // from the back to the front
};

}  // namespace

Scene draw_scene(const SceneSettings& settings, RandomStream& draws) {
  return SceneBuilder(settings, draws).build();
}

}  // namespace saker
