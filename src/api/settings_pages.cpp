#include "api/settings_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "api/settings_reference.hpp"

namespace saker {
namespace {

// Defaults of models that have the same ones.
struct DefaultsColumn {
  std::string label;
  SettingsSchema schema;
};

using Rows = std::vector<SettingDescription>;

std::string code(const std::string& text) {
  return text.empty() ? text : fmt::format("`{}`", text);
}

std::string default_cell(const SettingsSchema& schema, const std::string& path) {
  const SettingDescription* setting = schema.find(path);
  if (setting == nullptr || setting->type == "null") return "-";
  if (setting->is_required) return "required";
  const std::string text = setting->default_text();
  if (setting->automatic.empty()) return code(text);
  const std::size_t words = text.find(" (");
  return code(text.substr(0, words)) + text.substr(words);
}

bool have_same_defaults(const SettingsSchema& a, const SettingsSchema& b, const Rows& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const SettingDescription& row) {
    return default_cell(a, row.path) == default_cell(b, row.path);
  });
}

// Those of all groups, or of one family; neighbours with equal defaults of these rows share one.
std::vector<DefaultsColumn> columns_of(const std::string& family, const Rows& rows) {
  std::vector<DefaultsColumn> columns;
  for (const ModelGroup& group : model_groups()) {
    if (!family.empty() && group.family != family) continue;
    const bool needs_family = family.empty() && !group.label.starts_with("ltdetr");
    const std::string label =
        group.label.empty() ? group.family : (needs_family ? group.family + " " : "") + group.label;
    SettingsSchema schema = settings_of_model(group.model);
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
      return have_same_defaults(column.schema, schema, rows);
    });
    if (same == columns.end()) {
      columns.push_back({label, std::move(schema)});
    } else {
      same->label += ", " + label;
    }
  }
  return columns;
}

std::string type_cell(const SettingDescription& setting) {
  return setting.range.empty() ? setting.type : fmt::format("{}, {}", setting.type, setting.range);
}

std::string key_cell(const SettingDescription& setting) {
  return setting.alias.empty() ? code(setting.path)
                               : fmt::format("{} (or `{}`)", code(setting.path), setting.alias);
}

std::string table_head(const std::vector<std::string>& titles) {
  std::string head = "|", line = "|";
  for (const std::string& title : titles) {
    head += fmt::format(" {} |", title);
    line += " --- |";
  }
  return fmt::format("{}\n{}\n", head, line);
}

// With types and meanings, and a column of defaults for each set of them.
std::string reference_table(const Rows& rows, const std::vector<DefaultsColumn>& columns) {
  std::vector<std::string> titles = {"key", "type"};
  for (const DefaultsColumn& column : columns)
    titles.push_back(columns.size() == 1 ? "default" : "default: " + column.label);
  titles.emplace_back("meaning");
  std::string text = table_head(titles);
  for (const SettingDescription& row : rows) {
    text += fmt::format("| {} | {} |", key_cell(row), type_cell(row));
    for (const DefaultsColumn& column : columns)
      text += fmt::format(" {} |", default_cell(column.schema, row.path));
    text += fmt::format(" {} |\n", row.meaning);
  }
  return text;
}

std::string defaults_table(const Rows& rows,
                           const std::vector<DefaultsColumn>& columns,
                           std::size_t prefix_length) {
  std::vector<std::string> titles = {"key"};
  for (const DefaultsColumn& column : columns) titles.push_back(column.label);
  std::string text = table_head(titles);
  for (const SettingDescription& row : rows) {
    text += fmt::format("| {} |", code(row.path.substr(prefix_length)));
    for (const DefaultsColumn& column : columns)
      text += fmt::format(" {} |", default_cell(column.schema, row.path));
    text += "\n";
  }
  return text;
}

// The keys below a section of a model.
Rows below(const std::string& model, const std::string& section) {
  Rows rows = settings_of_model(model).under(section);
  rows.erase(rows.begin());
  return rows;
}

bool is_in(const SettingDescription& setting, const std::string& section) {
  return setting.path.starts_with(section + ".") || setting.path == section;
}

// Transforms of training alone.
Rows training_transforms(const std::string& model) {
  Rows rows = below(model, "transform_args");
  std::erase_if(rows, [](const auto& row) { return is_in(row, "transform_args.val"); });
  return rows;
}

// Of what validation offers.
Rows validation_transforms(const std::string& model) {
  Rows rows = below(model, "transform_args.val");
  std::erase_if(rows, [](const auto& row) { return row.type == "null"; });
  return rows;
}

// The models with the most keys of their family.
const ModelGroup& first_of(const std::string& family) {
  const auto& groups = model_groups();
  return *std::find_if(
      groups.begin(), groups.end(), [&](const auto& group) { return group.family == family; });
}

std::string made_by(const char* page) {
  return fmt::format("<!-- Made by `saker settings --page {}`; do not edit. -->\n", page);
}

}  // namespace

std::string settings_page() {
  const std::string picodet = first_of("PicoDet").model, ltdetr = first_of("LTDETR").model;
  const SettingsSchema arguments = training_arguments();
  const std::vector<DefaultsColumn> common = {{"", settings_of_model(picodet)}};
  std::string page = made_by("settings");
  page +=
      "# Settings\n\n"
      "Every setting of [`saker train`](train.md) and of `train_object_detection`: the same names "
      "in "
      "a YAML file, as `key.sub=value`\non the command line (those of the first table also as "
      "flags, "
      "`--batch-size 16`) and in C++. `saker settings` prints them, for one\nmodel with `--model "
      "NAME`. `null` switches a group off; a group that is on keeps the defaults of the keys that "
      "are "
      "not named.\n\n"
      "## Arguments\n\n";
  const std::vector<DefaultsColumn> plain = {{"", arguments}};
  page += reference_table(arguments.settings(), plain);
  page += "\nWhat \"auto\" stands for:\n\n";
  const SettingsSchema first = settings_of_model(picodet);
  const Rows automatic = {*first.find("steps"), *first.find("batch_size")};
  page += defaults_table(automatic, columns_of("", automatic), 0);
  for (const char* section : {"data",
                              "logger_args",
                              "metric_args",
                              "loader_args",
                              "save_checkpoint_args",
                              "image_args",
                              "debug_args"}) {
    page += fmt::format("\n## {}\n\n", section);
    page += reference_table(below(picodet, section), common);
  }
  for (const char* family : {"PicoDet", "LTDETR"}) {
    const Rows rows = below(first_of(family).model, "model_args");
    page += fmt::format("\n## model_args ({})\n\n", family);
    page += reference_table(rows, columns_of(family, rows));
  }
  page +=
      "\n## transform_args\n\nDefaults for each model: [transform "
      "defaults](transform-defaults.md). "
      "What the transforms do: [transforms](transforms.md).\n\n";
  page += table_head({"key", "type", "meaning"});
  for (const SettingDescription& row : training_transforms(ltdetr))
    page += fmt::format("| {} | {} | {} |\n", key_cell(row), type_cell(row), row.meaning);
  const SettingDescription val = *settings_of_model(ltdetr).find("transform_args.val");
  page += fmt::format("| {} | {} | {} |\n", key_cell(val), type_cell(val), val.meaning);
  return page;
}

std::string transform_defaults_page() {
  const std::string ltdetr = first_of("LTDETR").model;
  std::string page = made_by("transform-defaults");
  page +=
      "# Transform defaults\n\n"
      "What `transform_args` are when nothing is said about them. "
      "[Settings](settings.md#transform_args) "
      "has the meanings, [transforms](transforms.md)\nthe order and what \"auto\" steps are. `-`: "
      "not "
      "offered by these models; only `null` is accepted. Values of a group that is off are those "
      "it\n"
      "has once it is switched on. `20 x [640, 640]` stands 20 times in the list.\n\n"
      "## Training\n\n";
  const std::size_t training_prefix = std::string("transform_args.").size();
  const Rows training = training_transforms(ltdetr);
  page += defaults_table(training, columns_of("", training), training_prefix);
  page += "\n## Validation\n\nKeys of `transform_args.val`.\n\n";
  const std::size_t validation_prefix = std::string("transform_args.val.").size();
  const Rows validation = validation_transforms(ltdetr);
  page += defaults_table(validation, columns_of("", validation), validation_prefix);
  return page;
}

}  // namespace saker
