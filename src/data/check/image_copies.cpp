#include "data/check/image_copies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

namespace saker {
namespace {

// FNV-1a over the numbers: tells label files apart, whatever their order of lines.
std::uint64_t hash_of(const CheckedBox& box) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint64_t word : {static_cast<std::uint64_t>(box.class_index),
                                   std::bit_cast<std::uint64_t>(box.box.center_x),
                                   std::bit_cast<std::uint64_t>(box.box.center_y),
                                   std::bit_cast<std::uint64_t>(box.box.width),
                                   std::bit_cast<std::uint64_t>(box.box.height)}) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash ^= (word >> shift) & 0xff;
      hash *= 0x100000001b3U;
    }
  }
  return hash;
}

}  // namespace

void ImageCopies::add(std::size_t split,
                      std::int64_t sample,
                      const Sha256Digest& hash,
                      const CheckedLabels& labels) {
  std::uint64_t sum = 0;
  for (const CheckedBox& box : labels.boxes) sum += hash_of(box);
  entries_.push_back({.hash = hash, .labels = sum, .sample = sample, .split = split});
}

void ImageCopies::report(const std::vector<const SampleSource*>& sources,
                         Findings& findings) const {
  std::vector<const Entry*> sorted;
  sorted.reserve(entries_.size());
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  const auto place = [](const Entry* entry) { return std::tuple(entry->split, entry->sample); };
  std::ranges::sort(sorted, [&](const Entry* a, const Entry* b) {
    return std::tuple(a->hash, place(a)) < std::tuple(b->hash, place(b));
  });

  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> shared;  // files of two splits
  std::vector<std::vector<const Entry*>> groups;
  for (std::size_t first = 0, end = 0; first < sorted.size(); first = end) {
    while (end < sorted.size() && sorted[end]->hash == sorted[first]->hash) ++end;
    if (end - first < 2) continue;
    std::map<std::string, const Entry*> by_path;
    std::vector<const Entry*> group;
    for (std::size_t i = first; i < end; ++i) {
      const Entry* entry = sorted[i];
      const auto [known, is_new] =
          by_path.emplace(sources[entry->split]->image(entry->sample), entry);
      if (is_new) {
        group.push_back(entry);
      } else if (known->second->split != entry->split) {
        ++shared[{known->second->split, entry->split}];
      }
    }
    if (group.size() > 1) groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, {}, [&](const auto& group) { return place(group.front()); });

  for (const auto& [splits, count] : shared) {
    findings.add(FindingKind::kSplitsOverlap,
                 {.file = sources[splits.first]->folder(),
                  .value = std::to_string(count),
                  .message = fmt::format("{} of its files are in both {} and {}",
                                         count,
                                         sources[splits.first]->split(),
                                         sources[splits.second]->split()),
                  .others = {sources[splits.second]->folder()}});
  }
  for (const auto& group : groups) {
    const Entry& first = *group.front();
    const bool across =
        std::ranges::any_of(group, [&](const Entry* entry) { return entry->split != first.split; });
    const bool labels_differ = std::ranges::any_of(
        group, [&](const Entry* entry) { return entry->labels != first.labels; });
    DataFinding finding{.split = across ? "" : sources[first.split]->split(),
                        .file = sources[first.split]->image(first.sample),
                        .message = fmt::format("{} files with the same bytes{}",
                                               group.size(),
                                               labels_differ ? "; their labels differ" : "")};
    finding.image = finding.file;
    for (const Entry* entry : group) {
      if (entry != group.front())
        finding.others.push_back(sources[entry->split]->image(entry->sample));
    }
    findings.add(across ? FindingKind::kImageCopyAcrossSplits : FindingKind::kImageCopy,
                 std::move(finding));
  }
}

}  // namespace saker
