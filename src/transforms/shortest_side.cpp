#include "transforms/shortest_side.hpp"

#include <algorithm>

namespace saker {

ImageSize shortest_side_size(ImageSize size,
                             std::int64_t side,
                             std::optional<std::int64_t> max_longer) {
  std::int64_t shorter = side;
  std::int64_t longer =
      side * std::max(size.height, size.width) / std::min(size.height, size.width);
  if (max_longer && longer > *max_longer) {
    shorter = std::max<std::int64_t>(1, *max_longer * shorter / longer);
    longer = *max_longer;
  }
  return size.height <= size.width ? ImageSize{shorter, longer} : ImageSize{longer, shorter};
}

}  // namespace saker
