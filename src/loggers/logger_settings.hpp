// The settings of a run's loggers: how often, and where to.
//
//   logger_args:
//     log_every_num_steps: 50
//     tensorboard: null                    # off
//     mlflow: {experiment_name: cells, tracking_uri: "http://127.0.0.1:5000"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/settings_reader.hpp"
#include "saker/value.hpp"

namespace saker {

struct TensorBoardSettings {
  // Folders below the run folder, one in the other; empty: none.
  std::string name = {}, version = {}, sub_dir = {};
  bool default_hp_metric = true;
  std::string prefix = {};
};

// When exported models are handed to a tracker.
enum class ModelUpload { kNever, kAtTheEnd, kAlways };

struct MlflowSettings {
  std::string tracking_uri = {};  // http or https, without a trailing slash
  std::string experiment_name = {};
  std::optional<std::string> run_name = {};
  std::optional<std::string> run_id = {};  // of a run that goes on
  std::optional<std::string> artifact_location = {};
  std::vector<std::pair<std::string, std::string>> tags = {};
  ModelUpload log_model = ModelUpload::kNever;
  std::string prefix = {};
};

struct WandbSettings {
  std::optional<std::string> name = {};
  std::optional<std::string> id = {};  // the key "version"
  std::string project = {};
  bool offline = false;
  ModelUpload log_model = ModelUpload::kNever;
  std::string prefix = {};
  std::string checkpoint_name = "checkpoints";  // folder of models among the run's files
};

struct LoggerSettings {
  std::optional<std::int64_t> log_every_num_steps;
  std::optional<std::int64_t> val_every_num_steps;
  std::optional<std::int64_t> val_log_every_num_steps;
  std::optional<TensorBoardSettings> tensorboard = TensorBoardSettings{};
  bool jsonl = true;
  std::optional<MlflowSettings> mlflow;
  std::optional<WandbSettings> wandb;
};

// Everything wrong is added to problems. MLFLOW_TRACKING_URI and WANDB_PROJECT stand for keys that
// are left out.
LoggerSettings read_logger_settings(const Value& logger_args, SettingsProblems& problems);

}  // namespace saker
