#include "train/resume_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "saker/error.hpp"

namespace saker {
namespace {

// May differ, with all that is below them.
constexpr std::string_view kFree[] = {"out",
                                      "checkpoint",
                                      "overwrite",
                                      "resume_interrupted",
                                      "reuse_class_head",
                                      "num_workers",
                                      "devices",
                                      "num_nodes",
                                      "accelerator",
                                      "strategy",
                                      "loader_args",
                                      "logger_args",
                                      "save_checkpoint_args",
                                      "debug_args",
                                      "torch_compile_args",
                                      "data.path",
                                      "data.train",
                                      "data.val",
                                      "data.test",
                                      "data.coco.train",
                                      "data.coco.val",
                                      "data.coco.test",
                                      "metric_args.classwise",
                                      "image_args.unreadable",
                                      "model_args.backbone_weights"};

// How a run began; --config with them begins it once more.
constexpr const char* kOfTheBeginning[] = {
    "model", "checkpoint", "overwrite", "resume_interrupted"};

constexpr std::size_t kLongestValue = 120;  // characters of a value in a message

bool is_free(const std::string& path) {
  return std::find(std::begin(kFree), std::end(kFree), path) != std::end(kFree);
}

const Value* member(const Value& value, const std::string& key) {
  if (!value.is_object()) return nullptr;
  for (const auto& [own, item] : value.as_object()) {
    if (key_text(own) == key) return &item;
  }
  return nullptr;
}

bool equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  if (a.is_array() && b.is_array()) {
    return std::equal(
        a.as_array().begin(), a.as_array().end(), b.as_array().begin(), b.as_array().end(), equal);
  }
  return a == b;
}

void compare(const std::string& path,
             const Value& before,
             const Value& now,
             std::vector<SettingDifference>& differences) {
  if (is_free(path)) return;
  const auto holds_more = [](const Value& value) { return value.is_object() || value.is_null(); };
  if (!holds_more(before) || !holds_more(now) || (before.is_null() && now.is_null())) {
    if (!equal(before, now)) differences.push_back({.key = path, .before = before, .now = now});
    return;
  }
  // A section that is switched off is told of as a whole.
  if (!path.empty() && before.is_null() != now.is_null()) {
    differences.push_back({.key = path, .before = before, .now = now});
    return;
  }
  const auto below = [&](const std::string& key) {
    return path.empty() ? key : fmt::format("{}.{}", path, key);
  };
  for (const auto& [key, value] : before.as_object()) {
    const Value* other = member(now, key_text(key));
    compare(below(key_text(key)), value, other == nullptr ? Value() : *other, differences);
  }
  for (const auto& [key, value] : now.as_object()) {
    if (member(before, key_text(key)) == nullptr)
      compare(below(key_text(key)), Value(), value, differences);
  }
}

std::string short_text(const Value& value) {
  std::string text = value.is_string() ? value.as_string() : value.to_json();
  if (value.is_null()) text = "not set";
  if (text.size() > kLongestValue) text = text.substr(0, kLongestValue) + "...";
  return text;
}

}  // namespace

std::vector<SettingDifference> resume_differences(const Value& before, const Value& now) {
  std::vector<SettingDifference> differences;
  compare("", before, now, differences);
  const Value* model = now.find("model");
  if (model == nullptr || model->is_null() || *model == Value("")) {
    std::erase_if(differences, [](const SettingDifference& item) { return item.key == "model"; });
  }
  return differences;
}

std::string list_differences(const std::vector<SettingDifference>& differences) {
  std::string text;
  for (const SettingDifference& item : differences) {
    text += fmt::format(
        "\n  {}: was {}, is now {}", item.key, short_text(item.before), short_text(item.now));
  }
  return text;
}

void require_resumable(const std::filesystem::path& config,
                       const std::filesystem::path& checkpoint,
                       const Value& before,
                       const Value& now) {
  const std::vector<SettingDifference> differences = resume_differences(before, now);
  if (differences.empty()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: the run began with other settings, and would not end as an unbroken "
                          "one:{}\nResume it with its own (saker train --config {} "
                          "--resume-interrupted), or start a new run in another folder from its "
                          "weights (--checkpoint {})",
                          config.string(),
                          list_differences(differences),
                          config.string(),
                          checkpoint.string()));
}

Value continued_settings(const Value& before, const Value& now) {
  Value settings = now;
  for (const char* key : kOfTheBeginning) {
    if (const Value* value = before.find(key)) settings[key] = *value;
  }
  return settings;
}

std::string uncompared_settings_warning(const std::filesystem::path& config) {
  return fmt::format(
      "{} is not there, so nothing tells whether the run began with the same precision, data, "
      "model_args, transform_args, metric_args and image_args; with others it will not end as an "
      "unbroken one. The model, its classes and image_size are those of the checkpoint.",
      config.string());
}

}  // namespace saker
