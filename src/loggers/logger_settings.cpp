#include "loggers/logger_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/environment.hpp"

namespace saker {
namespace {

constexpr const char* kDefaultProject = "lightning_logs";

// The section of a logger: nullptr when it is off. null and false switch off; true and a map on.
const Value* section(SettingsReader& reader, const char* key, bool default_on) {
  static const Value kDefaults = Value::Object();
  const Value* given = reader.find(key);
  if (given == nullptr) return default_on ? &kDefaults : nullptr;
  if (given->is_null()) return nullptr;
  if (given->is_bool()) return given->as_bool() ? &kDefaults : nullptr;
  if (given->is_object()) return given;
  reader.problems().wrong_type(reader.path_of(key), "a map or null", *given);
  return nullptr;
}

void read_subfolder(SettingsReader& reader, const char* key, std::string& target) {
  std::optional<std::string> given;
  if (!reader.read(key, given) || !given) return;
  const std::filesystem::path path = *given;
  if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()) {
    reader.problems().bad_value(
        reader.path_of(key),
        fmt::format("must be a folder within the run folder but got '{}'", *given));
    return;
  }
  target = *given;
}

void read_log_model(SettingsReader& reader, ModelUpload& target) {
  const Value* given = reader.find("log_model");
  if (given == nullptr) return;
  if (given->is_bool()) {
    target = given->as_bool() ? ModelUpload::kAtTheEnd : ModelUpload::kNever;
  } else if (given->is_string() && given->as_string() == "all") {
    target = ModelUpload::kAlways;
  } else {
    reader.problems().bad_value(
        reader.path_of("log_model"),
        fmt::format("must be true, false or \"all\" but got {}", given->to_json()));
  }
}

TensorBoardSettings read_tensorboard(const Value& value, SettingsReader& parent) {
  TensorBoardSettings settings;
  SettingsReader reader(value, parent.path_of("tensorboard"), parent.problems());
  read_subfolder(reader, "name", settings.name);
  read_subfolder(reader, "version", settings.version);
  read_subfolder(reader, "sub_dir", settings.sub_dir);
  reader.read("default_hp_metric", settings.default_hp_metric);
  reader.read("prefix", settings.prefix);
  bool log_graph = false;
  reader.read("log_graph", log_graph);
  if (log_graph) {
    reader.problems().bad_value(
        reader.path_of("log_graph"),
        "drawing the network's graph is not offered; leave it out or set it to false");
  }
  reader.finish();
  return settings;
}

void read_tracking_uri(SettingsReader& reader, std::string& target) {
  std::optional<std::string> given;
  if (reader.find("tracking_uri") != nullptr && !reader.find("tracking_uri")->is_null() &&
      !reader.read("tracking_uri", given))
    return;
  std::string source = reader.path_of("tracking_uri");
  if (!given) {
    given = environment("MLFLOW_TRACKING_URI");
    source = reader.path_of("tracking_uri (MLFLOW_TRACKING_URI)");
  }
  if (!given) {
    reader.problems().bad_value(
        reader.path_of("tracking_uri"),
        "is needed: set it, or the environment variable MLFLOW_TRACKING_URI, to the address of an "
        "MLflow server, e.g. http://127.0.0.1:5000 for one started with `mlflow server`");
    return;
  }
  std::string_view rest = *given;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    rest = {};
  }
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.find('@') != std::string_view::npos) {
    // Not quoted: it holds a password.
    reader.problems().bad_value(source,
                                "must not hold a user and a password, which would be shown with "
                                "the run; set MLFLOW_TRACKING_USERNAME and "
                                "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN");
    return;
  }
  if (host.empty() || rest.find_first_of(" ?#\t\r\n") != std::string_view::npos) {
    reader.problems().bad_value(
        source,
        fmt::format("must be the http or https address of an MLflow server but got '{}'; other "
                    "stores are not offered: start one on them with `mlflow server "
                    "--backend-store-uri ...`",
                    *given));
    return;
  }
  target = given->substr(0, given->find_last_not_of('/') + 1);
}

void read_tags(SettingsReader& reader, std::vector<std::pair<std::string, std::string>>& target) {
  const Value* given = reader.find("tags");
  if (given == nullptr || given->is_null()) return;
  if (!given->is_object()) {
    reader.problems().wrong_type(reader.path_of("tags"), "a map or null", *given);
    return;
  }
  for (const auto& [key, value] : given->as_object()) {
    const std::string name = key_text(key);
    if (value.is_array() || value.is_object() || value.is_null()) {
      reader.problems().wrong_type(
          reader.path_of("tags." + name), "text, a number or a boolean", value);
    } else {
      target.emplace_back(name, value.is_string() ? value.as_string() : value.to_json());
    }
  }
}

MlflowSettings read_mlflow(const Value& value, SettingsReader& parent) {
  MlflowSettings settings;
  SettingsReader reader(value, parent.path_of("mlflow"), parent.problems());
  read_tracking_uri(reader, settings.tracking_uri);
  reader.read("experiment_name", settings.experiment_name);
  reader.read("run_name", settings.run_name);
  reader.read("run_id", settings.run_id);
  reader.read("artifact_location", settings.artifact_location);
  read_tags(reader, settings.tags);
  read_log_model(reader, settings.log_model);
  reader.read("prefix", settings.prefix);
  if (settings.experiment_name.empty() && !settings.run_id) {
    reader.problems().bad_value(reader.path_of("experiment_name"),
                                "is needed: name the experiment that the run belongs to; it is "
                                "made when the server does not have it");
  }
  if (settings.run_id && settings.run_id->empty())
    reader.problems().bad_value(reader.path_of("run_id"), "must not be empty; leave it out");
  if (settings.run_name && settings.run_name->empty()) settings.run_name.reset();
  reader.finish();
  return settings;
}

// Part of file names: what Weights & Biases takes as the id of a run.
bool is_run_id(const std::string& id) {
  const auto is_fine = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  constexpr std::size_t kLongest = 64;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), is_fine);
}

WandbSettings read_wandb(const Value& value, SettingsReader& parent) {
  WandbSettings settings;
  SettingsReader reader(value, parent.path_of("wandb"), parent.problems());
  reader.read("name", settings.name);
  if (reader.read("version", settings.id) && settings.id && !is_run_id(*settings.id)) {
    reader.problems().bad_value(reader.path_of("version"),
                                fmt::format("is the id of the run: 1 to 64 letters, digits, '-' "
                                            "and '_', but got '{}'",
                                            *settings.id));
  }
  std::optional<std::string> project;
  reader.read("project", project);
  if (!project || project->empty()) project = environment("WANDB_PROJECT");
  settings.project = project.value_or(kDefaultProject);
  reader.read("offline", settings.offline);
  // Who uploads decides it: `wandb sync` has no such choice.
  std::optional<bool> anonymous;
  reader.read("anonymous", anonymous);
  if (anonymous.value_or(false)) {
    reader.problems().bad_value(
        reader.path_of("anonymous"),
        "runs without an account are not offered; leave it out, or sync with your account");
  }
  read_log_model(reader, settings.log_model);
  if (settings.offline && settings.log_model != ModelUpload::kNever) {
    reader.problems().bad_value(reader.path_of("log_model"),
                                "models are uploaded only with offline: false; set one of the two "
                                "to false");
  }
  reader.read("prefix", settings.prefix);
  std::optional<std::string> checkpoint_name;
  reader.read("checkpoint_name", checkpoint_name);
  if (checkpoint_name) {
    if (is_run_id(*checkpoint_name)) {
      settings.checkpoint_name = *checkpoint_name;
    } else {
      reader.problems().bad_value(
          reader.path_of("checkpoint_name"),
          fmt::format("must be 1 to 64 letters, digits, '-' and '_', but got '{}'",
                      *checkpoint_name));
    }
  }
  reader.finish();
  return settings;
}

}  // namespace

LoggerSettings read_logger_settings(const Value& logger_args, SettingsProblems& problems) {
  LoggerSettings settings;
  SettingsReader reader(logger_args, "logger_args", problems);
  // "auto" is the same as leaving the key out.
  const auto interval = [&](const char* key, std::optional<std::int64_t>& target) {
    const Value* given = reader.find(key);
    if (given == nullptr || (given->is_string() && given->as_string() == "auto")) return;
    reader.read(key, target, at_least(1));
  };
  interval("log_every_num_steps", settings.log_every_num_steps);
  interval("val_every_num_steps", settings.val_every_num_steps);
  interval("val_log_every_num_steps", settings.val_log_every_num_steps);
  settings.tensorboard.reset();
  if (const Value* given = section(reader, "tensorboard", true))
    settings.tensorboard = read_tensorboard(*given, reader);
  const Value* jsonl = section(reader, "jsonl", true);
  settings.jsonl = jsonl != nullptr;
  if (jsonl != nullptr) SettingsReader(*jsonl, reader.path_of("jsonl"), problems).finish();
  if (const Value* given = section(reader, "mlflow", false))
    settings.mlflow = read_mlflow(*given, reader);
  if (const Value* given = section(reader, "wandb", false))
    settings.wandb = read_wandb(*given, reader);
  reader.finish();
  return settings;
}

}  // namespace saker
