// Sizes that keep the aspect ratio.
#pragma once

#include <cstdint>
#include <optional>

#include "transforms/batch.hpp"

namespace saker {

// The size at which the shorter side is `side` pixels and the longer one follows, cut to whole
// pixels. When it exceeds `max_longer`, the longer side is that instead and the shorter one follows
// from the size before, at least 1. All numbers positive.
ImageSize shortest_side_size(ImageSize size,
                             std::int64_t side,
                             std::optional<std::int64_t> max_longer);

}  // namespace saker
