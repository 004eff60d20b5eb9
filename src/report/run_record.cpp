#include "report/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/yaml.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kMostWarnings = 50;
constexpr std::size_t kMostPictures = 32;
constexpr std::uint64_t kMostLogBytes = std::uint64_t{64} << 20;

class RunReader {
 public:
  explicit RunReader(const std::filesystem::path& folder) { record_.folder = folder; }

  RunRecord read() {
    read_if_there("config.yaml",
                  [&](const auto& path) { record_.settings = read_yaml_file(path); });
    read_if_there("metrics.jsonl", [&](const auto& path) { read_metrics(path); });
    read_if_there("best_validation.json",
                  [&](const auto& path) { record_.validation = read_json_file(path); });
    read_if_there("system.json", [&](const auto& path) { record_.system = read_json_file(path); });
    read_if_there("train.log", [&](const auto& path) { read_log(path); });
    read_pictures();
    read_progress();
    return std::move(record_);
  }

 private:
  void read_if_there(const char* name,
                     const std::function<void(const std::filesystem::path&)>& read) {
    const std::filesystem::path path = record_.folder / name;
    if (!is_there(path)) return;
    try {
      read(path);
    } catch (const Error& error) {
      record_.problems.emplace_back(error.what());
    }
  }

  void read_metrics(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::map<std::string, std::map<double, double>> scalars;
    std::int64_t unreadable = 0;
    for (std::string line; std::getline(file, line);) {
      const bool is_cut = file.eof();  // a line that is just being written
      const auto event = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (!event.is_object() || !event.contains("step") || !event["step"].is_number()) {
        if (!is_cut && !line.empty()) ++unreadable;
        continue;
      }
      const double step = event["step"].get<double>() + 1;
      for (const auto& [tag, value] : event.items()) {
        if (tag != "step" && value.is_number()) scalars[tag][step] = value.get<double>();
      }
    }
    for (auto& [tag, values] : scalars) record_.scalars[tag].assign(values.begin(), values.end());
    if (unreadable > 0) {
      record_.problems.push_back(fmt::format(
          "{}: {} lines are no log events and are left out", path.string(), unreadable));
    }
  }

  void read_log(const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::uint64_t bytes = std::filesystem::file_size(path);
    if (bytes > kMostLogBytes) file.seekg(static_cast<std::streamoff>(bytes - kMostLogBytes));
    for (std::string line; std::getline(file, line);) {
      // A run that goes on in the folder is not finished.
      if (line.find("][INFO] Args: ") != std::string::npos) record_.is_finished = false;
      if (line.find("][INFO] Training completed.") != std::string::npos) record_.is_finished = true;
      const std::size_t warning = line.find("][WARNING] ");
      const std::size_t error = line.find("][ERROR] ");
      if (line.starts_with('[') && (warning < 40 || error < 40)) record_.warnings.push_back(line);
      if (record_.warnings.size() > 2 * kMostWarnings) drop_old_warnings();
    }
    drop_old_warnings();
  }

  void drop_old_warnings() {
    std::vector<std::string>& lines = record_.warnings;
    if (lines.size() > kMostWarnings)
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMostWarnings));
  }

  void read_pictures() {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(record_.folder / "image_examples", error), end;
         !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".jpg") record_.pictures.push_back(entry->path());
    }
    std::sort(record_.pictures.begin(), record_.pictures.end());
    if (record_.pictures.size() > kMostPictures) record_.pictures.resize(kMostPictures);
  }

  void read_progress() {
    for (const auto& [tag, series] : record_.scalars) {
      if (!series.empty())
        record_.step = std::max(record_.step, static_cast<std::int64_t>(series.back().first));
    }
    const Value* const steps = record_.settings ? record_.settings->find("steps") : nullptr;
    if (steps != nullptr && steps->is_int()) record_.steps = steps->as_int();
  }

  RunRecord record_;
};

}  // namespace

const ScalarSeries& RunRecord::series(const std::string& tag) const {
  static const ScalarSeries kNone;
  const auto found = scalars.find(tag);
  return found == scalars.end() ? kNone : found->second;
}

std::optional<double> RunRecord::latest(const std::string& tag) const {
  const ScalarSeries& values = series(tag);
  if (values.empty()) return std::nullopt;
  return values.back().second;
}

RunRecord read_run(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: there is no such folder; name the folder that a training wrote to "
                            "(its --out)",
                            folder.string()));
  }
  const auto has = [&](const char* name) { return is_there(folder / name); };
  if (!has("config.yaml") && !has("metrics.jsonl") && !has("train.log")) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: no run of a training: neither config.yaml nor metrics.jsonl nor "
                    "train.log is there; name the folder that a training wrote to (its --out)",
                    folder.string()));
  }
  return RunReader(folder).read();
}

}  // namespace saker
