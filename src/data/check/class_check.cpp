#include "data/check/class_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

namespace saker {
namespace {

constexpr std::int64_t kImbalance = 100;

std::string trimmed_lower(const std::string& name) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  const auto first = std::ranges::find_if_not(name, is_space);
  const auto last = std::find_if_not(name.rbegin(), name.rend(), is_space).base();
  std::string plain(first, std::max(first, last));
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return plain;
}

bool has_outer_space(const std::string& name) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && (is_space(name.front()) || is_space(name.back()));
}

std::string class_text(const std::pair<std::int64_t, std::string>& entry) {
  return fmt::format("class {} '{}'", entry.first, entry.second);
}

class SplitCheck {
 public:
  SplitCheck(const ClassNames& classes, Findings& findings)
      : classes_(classes), findings_(findings) {}

  void check_one(const SplitSummary& split) {
    if (split.images == 1) {
      add(FindingKind::kSplitOfOneImage, split.split, "1", "a single image");
    }
    if (split.boxes == 0) {
      add(FindingKind::kSplitWithoutBoxes,
          split.split,
          "0",
          fmt::format("no box in {} images", split.images));
    }
    if (split.images == 1) return;
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      if (split.images_per_class[k] != 1) continue;
      add(FindingKind::kClassInOneImage,
          split.split,
          std::to_string(split.boxes_per_class[k]),
          fmt::format("{} is in one image of {}", class_text(classes_[k]), split.images));
    }
  }

  // The classes of the training split, and of validation when it is there.
  void check_training(const SplitSummary& train, const SplitSummary* val) {
    if (train.boxes == 0) return;
    const std::int64_t most = std::ranges::max(train.boxes_per_class);
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      const std::int64_t trained = train.boxes_per_class[k];
      const std::int64_t measured = val == nullptr ? 0 : val->boxes_per_class[k];
      const std::string text = class_text(classes_[k]);
      if (trained == 0 && measured > 0) {
        add(FindingKind::kClassOnlyInVal,
            "",
            std::to_string(measured),
            fmt::format("{} has {} boxes in val and none in train", text, measured));
      } else if (trained == 0) {
        add(FindingKind::kClassWithoutBoxes, "train", "0", text + " has no box");
      } else {
        if (val != nullptr && val->boxes > 0 && measured == 0)
          add(FindingKind::kClassWithoutValBoxes, "val", "0", text + " has no box");
        if (trained * kImbalance <= most) {
          add(FindingKind::kClassImbalance,
              "train",
              std::to_string(trained),
              fmt::format("{} has {}, the most frequent class {}", text, trained, most));
        }
      }
    }
  }

 private:
  void add(FindingKind kind, const std::string& split, std::string value, std::string message) {
    findings_.add(kind, {.split = split, .value = std::move(value), .message = std::move(message)});
  }

  const ClassNames& classes_;
  Findings& findings_;
};

const SplitSummary* find_split(const std::vector<SplitSummary>& splits, const std::string& name) {
  const auto found = std::ranges::find(splits, name, &SplitSummary::split);
  return found == splits.end() || found->images == 0 ? nullptr : &*found;
}

}  // namespace

void check_names(const DataArgs& data, Findings& findings) {
  std::map<std::string, std::int64_t> exact;
  std::map<std::string, const std::pair<std::int64_t, std::string>*> alike;
  for (const auto& entry : data.names) {
    const auto& [id, name] = entry;
    const auto add = [&, id = id, &name = name](FindingKind kind, std::string message) {
      findings.add(kind,
                   {.value = name, .message = fmt::format("class {} {}", id, std::move(message))});
    };
    const auto [same, is_new] = exact.emplace(name, id);
    const auto [similar, is_new_alike] = alike.emplace(trimmed_lower(name), &entry);
    if (!is_new) {
      add(FindingKind::kNamesEqual, fmt::format("has the name of class {}", same->second));
    } else if (trimmed_lower(name).empty()) {
      add(FindingKind::kNamesOdd, "has a blank name");
    } else if (!is_new_alike) {
      add(FindingKind::kNamesOdd,
          fmt::format("differs from class {} '{}' in spaces or capitals alone",
                      similar->second->first,
                      similar->second->second));
    } else if (has_outer_space(name)) {
      add(FindingKind::kNamesOdd, "begins or ends with a space");
    }
  }
}

void check_ignored_classes(const DataArgs& data,
                           const std::vector<std::int64_t>& found,
                           Findings& findings) {
  for (const std::int64_t id : data.ignore_classes) {
    const bool named =
        std::ranges::any_of(data.names, [id](const auto& entry) { return entry.first == id; });
    if (named || std::ranges::binary_search(found, id)) continue;
    findings.add(
        FindingKind::kIgnoredClassUnknown,
        {.value = std::to_string(id), .message = fmt::format("class {} is not there", id)});
  }
}

void check_splits(const ClassNames& classes,
                  const std::vector<SplitSummary>& splits,
                  Findings& findings) {
  SplitCheck check(classes, findings);
  for (const SplitSummary& split : splits) {
    if (split.images > 0) check.check_one(split);
  }
  const SplitSummary* train = find_split(splits, "train");
  const SplitSummary* val = find_split(splits, "val");
  if (train == nullptr) return;
  check.check_training(*train, val);
  if (val != nullptr && val->images > train->images) {
    findings.add(
        FindingKind::kSplitSizes,
        {.value = fmt::format("{} < {}", train->images, val->images),
         .message = fmt::format("train has {} images, val {}", train->images, val->images)});
  }
}

}  // namespace saker
