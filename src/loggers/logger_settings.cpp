#include "loggers/logger_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/environment.hpp"

namespace saker {
namespace {

constexpr const char* kDefaultProject = "lightning_logs";

void read_subfolder(SettingsReader& reader, const SettingKey& key, std::string& target) {
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
  const Value* given = reader.find(
      {"log_model", "upload exported models: true at the end, \"all\" whenever one is written"},
      {"boolean or \"all\"", target != ModelUpload::kNever});
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

void read_tensorboard(SettingsReader& reader, TensorBoardSettings& settings) {
  read_subfolder(reader, {"name", "folder of the events within the run folder"}, settings.name);
  read_subfolder(reader, {"version", "folder within `name`"}, settings.version);
  read_subfolder(reader, {"sub_dir", "folder within `version`"}, settings.sub_dir);
  reader.read({"default_hp_metric", "write hp_metric, which TensorBoard's table of runs shows"},
              settings.default_hp_metric);
  reader.read({"prefix", "text before every tag"}, settings.prefix);
  bool log_graph = false;
  reader.read({"log_graph", "the network's graph; only false is offered"}, log_graph);
  if (log_graph) {
    reader.problems().bad_value(
        reader.path_of("log_graph"),
        "drawing the network's graph is not offered; leave it out or set it to false");
  }
}

void read_tracking_uri(SettingsReader& reader, std::string& target) {
  std::optional<std::string> given;
  const bool is_good = reader.read({"tracking_uri",
                                    "http or https address of the server; null: the environment's "
                                    "MLFLOW_TRACKING_URI"},
                                   given);
  if (!is_good && reader.has("tracking_uri")) return;
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
  const Value* given =
      reader.find({"tags", "names and values that the run carries"}, {"map of texts or null"});
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

void read_mlflow(SettingsReader& reader, MlflowSettings& settings) {
  read_tracking_uri(reader, settings.tracking_uri);
  reader.read({"experiment_name", "the experiment of the run; needed unless run_id is given"},
              settings.experiment_name);
  reader.read({"run_name", "name of the run; null: the server makes one"}, settings.run_name);
  reader.read({"run_id", "id of a run on the server that goes on"}, settings.run_id);
  reader.read({"artifact_location", "where a new experiment keeps its files"},
              settings.artifact_location);
  read_tags(reader, settings.tags);
  read_log_model(reader, settings.log_model);
  reader.read({"prefix", "text before every tag"}, settings.prefix);
  if (settings.experiment_name.empty() && !settings.run_id) {
    reader.problems().bad_value(reader.path_of("experiment_name"),
                                "is needed: name the experiment that the run belongs to; it is "
                                "made when the server does not have it");
  }
  if (settings.run_id && settings.run_id->empty())
    reader.problems().bad_value(reader.path_of("run_id"), "must not be empty; leave it out");
  if (settings.run_name && settings.run_name->empty()) settings.run_name.reset();
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

void read_wandb(SettingsReader& reader, WandbSettings& settings) {
  reader.read({"name", "name of the run"}, settings.name);
  if (reader.read({"version", "id of the run, to go on with it"}, settings.id) && settings.id &&
      !is_run_id(*settings.id)) {
    reader.problems().bad_value(reader.path_of("version"),
                                fmt::format("is the id of the run: 1 to 64 letters, digits, '-' "
                                            "and '_', but got '{}'",
                                            *settings.id));
  }
  std::optional<std::string> project;
  reader.read(
      {"project", "project of the run; null: the environment's WANDB_PROJECT, else lightning_logs"},
      project);
  if (!project || project->empty()) project = environment("WANDB_PROJECT");
  settings.project = project.value_or(kDefaultProject);
  reader.read({"offline", "keep the run for a later `wandb sync`"}, settings.offline);
  // Who uploads decides it: `wandb sync` has no such choice.
  std::optional<bool> anonymous;
  reader.read({"anonymous", "runs without an account; true is not offered"}, anonymous);
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
  reader.read({"prefix", "text before every tag"}, settings.prefix);
  std::optional<std::string> checkpoint_name;
  reader.read({"checkpoint_name", "folder of models among the run's files; null: checkpoints"},
              checkpoint_name);
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
}

// No settings of its own.
struct JsonlSettings {};

}  // namespace

LoggerSettings read_logger_settings(const Value& logger_args, SettingsProblems& problems) {
  LoggerSettings settings;
  SettingsReader reader(logger_args, "logger_args", problems);
  reader.read_or_auto(
      {"log_every_num_steps",
       "steps between two logged ones, besides some of the first; auto: steps / 10, at most 100"},
      settings.log_every_num_steps,
      at_least(1));
  reader.read_or_auto({"val_every_num_steps",
                       "steps between two validations, besides the one after the last step; auto: "
                       "1000, at most steps"},
                      settings.val_every_num_steps,
                      at_least(1));
  reader.read_or_auto({"val_log_every_num_steps",
                       "batches of a validation between two lines on the console; auto: 20, at "
                       "most the batches"},
                      settings.val_log_every_num_steps,
                      at_least(1));
  reader.read_group({"tensorboard", "TensorBoard events in the run folder"},
                    settings.tensorboard,
                    read_tensorboard,
                    GroupSwitch::kNullOrWords);
  std::optional<JsonlSettings> jsonl = JsonlSettings{};
  reader.read_group(
      {"jsonl", "metrics.jsonl in the run folder: one JSON object a log event"},
      jsonl,
      [](SettingsReader&, JsonlSettings&) {},
      GroupSwitch::kNullOrWords);
  settings.jsonl = jsonl.has_value();
  reader.read_group({"mlflow", "a run on an MLflow server"},
                    settings.mlflow,
                    read_mlflow,
                    GroupSwitch::kNullOrWords);
  reader.read_group({"wandb", "a run of Weights & Biases"},
                    settings.wandb,
                    read_wandb,
                    GroupSwitch::kNullOrWords);
  reader.finish();
  return settings;
}

}  // namespace saker
