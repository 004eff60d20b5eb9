#include "data/class_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "saker/error.hpp"

namespace saker {
namespace {

// Messages list this many ids at most.
constexpr std::size_t kListedIds = 100;

std::string join_ids(const std::vector<std::int64_t>& ids) {
  const std::size_t count = std::min(ids.size(), kListedIds);
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(count);
  return fmt::format("{}{}", fmt::join(ids.begin(), end, ", "), count < ids.size() ? ", ..." : "");
}

}  // namespace

ClassMap::ClassMap(const ClassNames& names, std::vector<std::int64_t> ignore_classes)
    : ignored_(std::move(ignore_classes)) {
  std::sort(ignored_.begin(), ignored_.end());
  ignored_.erase(std::unique(ignored_.begin(), ignored_.end()), ignored_.end());
  for (const auto& [class_id, class_name] : names) {
    if (ignores(class_id)) continue;
    index_of_.emplace_back(class_id, size());
    kept_.emplace_back(class_id, class_name);
  }
  std::sort(index_of_.begin(), index_of_.end());
  for (std::size_t i = 1; i < index_of_.size(); ++i) {
    if (index_of_[i].first == index_of_[i - 1].first) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("data.names: id {} stands twice; give each class one id",
                              index_of_[i].first));
    }
  }
}

std::optional<std::int64_t> ClassMap::index(std::int64_t class_id) const {
  // Most data sets count from 0 without gaps.
  if (class_id >= 0 && class_id < size() && id(class_id) == class_id) return class_id;
  const auto found = std::lower_bound(
      index_of_.begin(), index_of_.end(), class_id, [](const auto& entry, std::int64_t wanted) {
        return entry.first < wanted;
      });
  if (found == index_of_.end() || found->first != class_id) return std::nullopt;
  return found->second;
}

bool ClassMap::ignores(std::int64_t class_id) const {
  return std::binary_search(ignored_.begin(), ignored_.end(), class_id);
}

std::string ClassMap::describe_ids() const {
  std::vector<std::int64_t> ids;
  for (const auto& [class_id, class_name] : kept_) ids.push_back(class_id);
  std::string text = ids.empty() ? "none" : join_ids(ids);
  if (!ignored_.empty()) text += fmt::format(" (ignored: {})", join_ids(ignored_));
  return text;
}

}  // namespace saker
