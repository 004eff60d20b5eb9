#include "inference/row_window.hpp"

#include <algorithm>

#include "image/pixel_rows.hpp"
#include "inference/network_input.hpp"

namespace saker {

RowWindow::RowWindow(ImageRows& rows, std::int64_t channels, std::int64_t capacity)
    : rows_(rows), pixels_(std::min(capacity, rows.height()), rows.width(), channels, rows.type()) {
  with_channels(Image(1, 1, rows.channels(), rows.type()), channels);
}

void RowWindow::move_to(std::int64_t first, std::int64_t end) {
  first = std::clamp(first, first_, end_);
  if (first > first_) move_rows(pixels_, first - first_, end_ - first, 0);
  first_ = first;
  const std::int64_t count = end - end_;
  if (count <= 0) return;
  if (rows_.channels() == pixels_.channels()) {
    rows_.read(count, pixels_, end_ - first_);
  } else {
    Image gray(count, rows_.width(), rows_.channels(), rows_.type());
    rows_.read(count, gray, 0);
    copy_rows(with_channels(gray, pixels_.channels()), 0, count, pixels_, end_ - first_);
  }
  end_ = end;
}

}  // namespace saker
