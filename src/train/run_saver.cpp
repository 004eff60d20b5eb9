#include "train/run_saver.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {

RunSaver::RunSaver(const RunFolder& folder, RunLog& log, MetricLogger& metrics)
    : folder_(folder), log_(log), metrics_(metrics) {
  if (std::filesystem::exists(folder.config())) config_ = read_text_file(folder.config());
}

void RunSaver::save_last(const CheckpointSource& source) {
  const std::filesystem::path checkpoint = folder_.last_checkpoint();
  const std::filesystem::path model = folder_.exported_last();
  log_.info(fmt::format("Saving the last checkpoint to '{}'", checkpoint.string()));
  write(checkpoint, [&] { write_training_checkpoint(checkpoint, source); });
  last_saved_ = source.step;
  log_.info(fmt::format("Exporting the last model to '{}'", model.string()));
  write(model, [&] { source.task.write_exported(model); });
  metrics_.log_model(model);
}

void RunSaver::save_best(const CheckpointSource& source) {
  const std::filesystem::path checkpoint = folder_.best_checkpoint();
  const std::filesystem::path model = folder_.exported_best();
  log_.info(fmt::format("Saving the best checkpoint to '{}'", checkpoint.string()));
  write(checkpoint, [&] { write_training_checkpoint(checkpoint, source); });
  log_.info(fmt::format("Exporting the best model to '{}'", model.string()));
  write(model, [&] { source.task.write_exported(model); });
  metrics_.log_model(model);
}

void RunSaver::export_last_as_best() {
  const std::filesystem::path best = folder_.exported_best();
  write(best, [&] { write_file_atomically(best, read_text_file(folder_.exported_last())); });
}

void RunSaver::save_best_validation(const Value& validation) {
  const std::filesystem::path file = folder_.best_validation();
  write(file, [&] { write_file_atomically(file, validation.to_json() + "\n"); });
}

// A folder that goes away during the write fails it, and it is done once more.
void RunSaver::write(const std::filesystem::path& file, const std::function<void()>& write_file) {
  mend_folder();
  try {
    write_file();
  } catch (const Error&) {
    if (std::filesystem::exists(file.parent_path())) throw;
    mend_folder();
    write_file();
  }
}

void RunSaver::mend_folder() {
  std::vector<std::string> missing;
  const auto is_missing = [&](const std::filesystem::path& path, const char* name) {
    if (std::filesystem::exists(path)) return false;
    missing.emplace_back(name);
    return true;
  };
  folder_.make();
  if (last_saved_) is_missing(folder_.last_checkpoint(), "checkpoints/last.ckpt");
  if (!config_.empty() && is_missing(folder_.config(), "config.yaml"))
    write_file_atomically(folder_.config(), config_);
  if (log_.has_file() && is_missing(folder_.train_log(), "train.log"))
    log_.attach_file(folder_.train_log());
  if (missing.empty()) return;
  log_.warning(fmt::format(
      "{}: {} went away while the training runs, and is written again from here on; earlier lines "
      "of the logs are lost, and a TensorBoard file that was removed is not continued",
      folder_.path().string(),
      fmt::join(missing, ", ")));
}

}  // namespace saker
