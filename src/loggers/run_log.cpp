#include "loggers/run_log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "core/environment.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
constexpr std::size_t kBackups = 4;

// SPDLOG's short names differ from the words of the file's format.
class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message,
              const std::tm&,
              spdlog::memory_buf_t& out) override {
    const char* word = "INFO";
    if (message.level == spdlog::level::debug) word = "DEBUG";
    if (message.level == spdlog::level::warn) word = "WARNING";
    if (message.level == spdlog::level::err) word = "ERROR";
    out.append(fmt::string_view(word).data(),
               fmt::string_view(word).data() + fmt::string_view(word).size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelWord>();
  }
};

spdlog::level::level_enum console_level() {
  const std::string word = environment("SAKER_LOG_LEVEL").value_or("");
  if (word == "debug" || word == "DEBUG") return spdlog::level::debug;
  if (word == "warning" || word == "WARNING") return spdlog::level::warn;
  if (word == "error" || word == "ERROR") return spdlog::level::err;
  return spdlog::level::info;
}

}  // namespace

RunLog::RunLog() {
  console_ = std::make_shared<spdlog::logger>(
      "saker", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  console_->set_pattern("%^%v%$");
  console_->set_level(console_level());
  // Plain progress lines stay uncoloured.
  auto* sink = static_cast<spdlog::sinks::stderr_color_sink_mt*>(console_->sinks().front().get());
  sink->set_color(spdlog::level::info, "");
}

// A logger without sinks.
RunLog::RunLog(std::nullptr_t) : console_(std::make_shared<spdlog::logger>("saker")) {}

RunLog::~RunLog() = default;

void RunLog::attach_file(const std::filesystem::path& path) {
  std::shared_ptr<spdlog::logger> file;
  try {
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        path.string(), kMaxFileBytes, kBackups);
    file = std::make_shared<spdlog::logger>("file", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written: {}", path.string(), error.what()));
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelWord>('*').set_pattern("[%Y-%m-%d %H:%M:%S,%e][%*] %v");
  file->set_formatter(std::move(formatter));
  file->set_level(spdlog::level::debug);
  // By default SPDLOG prints failures and goes on.
  file->set_error_handler([path](const std::string& reason) {
    throw Error(ErrorKind::kIo, fmt::format("{}: cannot be written: {}", path.string(), reason));
  });
  file->flush_on(spdlog::level::debug);
  const std::scoped_lock lock(mutex_);
  file_ = std::move(file);
}

std::shared_ptr<spdlog::logger> RunLog::file() const {
  const std::scoped_lock lock(mutex_);
  return file_;
}

void RunLog::debug(const std::string& message) {
  console_->debug(message);
  if (const auto log = file()) log->debug(message);
}

void RunLog::info(const std::string& message) {
  console_->info(message);
  if (const auto log = file()) log->info(message);
}

void RunLog::warning(const std::string& message) {
  console_->warn(message);
  if (const auto log = file()) log->warn(message);
}

void RunLog::error(const std::string& message) {
  console_->error(message);
  if (const auto log = file()) log->error(message);
}

void RunLog::error_to_file(const std::string& message) {
  try {
    if (const auto log = file()) log->error(message);
  } catch (const Error&) {
    // The caller is about to tell of a failure, most likely of the same disk.
  }
}

}  // namespace saker
