#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "api/settings_pages.hpp"
#include "api/settings_reference.hpp"
#include "commands.hpp"
#include "saker/error.hpp"
#include "saker/value.hpp"

namespace saker {
namespace {

struct SettingsOptions {
  std::vector<std::string> keys;
  std::string model, page;
  bool json = false;
};

// What is printed together: the settings of one model, or those that models have in common.
struct SettingsList {
  std::string heading;  // may be empty
  std::vector<SettingDescription> settings;
};

bool depends_on_model(const SettingDescription& setting) {
  return setting.path.starts_with("model_args.") || setting.path.starts_with("transform_args.");
}

// Those of one model; without its name, those of all models and then those of each family.
std::vector<SettingsList> settings_lists(const std::string& model) {
  if (!model.empty()) return {{"", settings_of_model(model).settings()}};
  std::vector<SettingsList> lists = {{"All models", {}}};
  std::string family;
  for (const ModelGroup& group : model_groups()) {
    if (group.family == family) continue;
    family = group.family;
    SettingsList list{
        fmt::format("{}, with the defaults of {} (--model NAME: another's)", family, group.model),
        {}};
    for (SettingDescription& setting : settings_of_model(group.model).under("")) {
      if (depends_on_model(setting)) {
        list.settings.push_back(std::move(setting));
      } else if (lists.size() == 1) {
        setting.automatic.clear();
        lists[0].settings.push_back(std::move(setting));
      }
    }
    lists.push_back(std::move(list));
  }
  return lists;
}

bool is_at_or_below(const std::string& path, const std::string& key) {
  return path == key || path.starts_with(key + ".");
}

// Throws Error (usage) for a key that no setting has.
void keep_keys(const SettingsOptions& options, std::vector<SettingsList>& lists) {
  if (options.keys.empty()) return;
  for (const std::string& key : options.keys) {
    const bool is_known = std::any_of(lists.begin(), lists.end(), [&](const SettingsList& list) {
      return std::any_of(list.settings.begin(), list.settings.end(), [&](const auto& setting) {
        return setting.path == key;
      });
    });
    if (is_known) continue;
    const std::string nearest = known_settings(options.model)().nearest(key);
    throw Error(ErrorKind::kUsage,
                fmt::format("there is no setting '{}'{}{}",
                            key,
                            options.model.empty() ? "" : " of " + options.model,
                            nearest.empty() ? "; `saker settings` lists all"
                                            : fmt::format("; did you mean '{}'?", nearest)));
  }
  for (SettingsList& list : lists) {
    std::erase_if(list.settings, [&](const SettingDescription& setting) {
      return std::none_of(options.keys.begin(), options.keys.end(), [&](const std::string& key) {
        return is_at_or_below(setting.path, key);
      });
    });
  }
  std::erase_if(lists, [](const SettingsList& list) { return list.settings.empty(); });
}

std::string type_text(const SettingDescription& setting) {
  return setting.range.empty() ? setting.type : fmt::format("{}, {}", setting.type, setting.range);
}

void print_table(const std::vector<SettingsList>& lists) {
  std::size_t width = 0;
  for (const SettingsList& list : lists) {
    for (const SettingDescription& setting : list.settings)
      width = std::max(width, setting.path.size());
  }
  for (const SettingsList& list : lists) {
    if (lists.size() > 1 || !list.heading.empty()) fmt::print("{}:\n", list.heading);
    for (const SettingDescription& setting : list.settings) {
      const std::string value = setting.default_text();
      fmt::print("{:<{}}  {:<30}  {:<14}  {}{}\n",
                 setting.path,
                 width,
                 type_text(setting),
                 value.empty() ? "-" : value,
                 setting.meaning,
                 setting.alias.empty() ? "" : fmt::format(" (also {})", setting.alias));
    }
  }
}

void print_json(const std::vector<SettingsList>& lists, const std::string& model) {
  Value::Array entries;
  for (const SettingsList& list : lists) {
    for (const SettingDescription& setting : list.settings) {
      Value entry = {{"key", setting.path}, {"type", setting.type}};
      if (!setting.range.empty()) entry["range"] = setting.range;
      entry["required"] = setting.is_required;
      if (!setting.is_required) entry["default"] = setting.default_value;
      if (!setting.automatic.empty()) entry["automatic"] = setting.automatic;
      if (!setting.alias.empty()) entry["alias"] = setting.alias;
      entry["meaning"] = setting.meaning;
      if (model.empty()) entry["models"] = list.heading.substr(0, list.heading.find(','));
      entries.push_back(std::move(entry));
    }
  }
  fmt::print("{}\n", Value(entries).to_json(2));
}

int print_settings(const SettingsOptions& options) {
  if (options.page == "settings") {
    fmt::print("{}", settings_page());
    return 0;
  }
  if (options.page == "transform-defaults") {
    fmt::print("{}", transform_defaults_page());
    return 0;
  }
  std::vector<SettingsList> lists = settings_lists(options.model);
  keep_keys(options, lists);
  options.json ? print_json(lists, options.model) : print_table(lists);
  return 0;
}

}  // namespace

void add_settings_command(CLI::App& program, Action& action) {
  auto options = std::make_shared<SettingsOptions>();
  CLI::App* command = program.add_subcommand(
      "settings", "List the settings of a training: keys, types, ranges, defaults, meanings");
  command->add_option("keys",
                      options->keys,
                      "Only these and what is below them, such as metric_args or model_args.lr");
  command->add_option(
      "--model", options->model, "Settings and defaults of this model (a name of `saker models`)");
  command->add_flag("--json", options->json, "Print JSON");
  command
      ->add_option("--page",
                   options->page,
                   "Print a page of docs/ in Markdown: settings or transform-defaults")
      ->check(CLI::IsMember({"settings", "transform-defaults"}));
  command->footer(
      "Examples:\n"
      "  saker settings logger_args\n"
      "  saker settings model_args.lr --model dinov3/vitt16-ltdetr");
  command->callback(
      [options, &action] { action = [options] { return print_settings(*options); }; });
}

}  // namespace saker
