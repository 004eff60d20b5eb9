// The options of prediction in tiles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "saker/sahi.hpp"

namespace CLI {
class App;
}

namespace saker {

class SahiFlags {
 public:
  // Adds --sahi and what refines it, each of which is an error without it.
  explicit SahiFlags(CLI::App& command);
  SahiFlags(const SahiFlags&) = delete;
  SahiFlags& operator=(const SahiFlags&) = delete;

  bool chosen() const { return chosen_; }
  SahiArgs args(double threshold, std::optional<std::int64_t> batch_size) const;

 private:
  SahiArgs args_;
  bool chosen_ = false;
  std::string tile_size_, merge_ = "nms", measure_ = "iou";
  bool no_global_view_ = false;
};

// "640" or "512x768", height x width. Throws Error (usage) for anything else.
TileSize parse_tile_size(const std::string& text);

}  // namespace saker
