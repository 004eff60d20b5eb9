#include "loggers/jsonl_writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <system_error>
#include <utility>

#include "saker/error.hpp"

namespace saker {

JsonlWriter::JsonlWriter(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, std::ios::app) {
  if (!file_) throw Error(ErrorKind::kIo, fmt::format("{}: cannot be written", path_.string()));
}

void JsonlWriter::log_scalars(std::int64_t step, const Scalars& scalars) {
  Value line;
  line["step"] = step;
  for (const auto& [tag, value] : scalars)
    line[tag] = std::isfinite(value) ? Value(value) : Value();
  reopen_if_removed();
  file_ << line.to_json() << '\n' << std::flush;
  if (!file_)
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

// A file that was removed would take lines that nobody can read. While its folder is gone too there
// is no other.
void JsonlWriter::reopen_if_removed() {
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored) ||
      !std::filesystem::exists(path_.parent_path(), ignored))
    return;
  file_.close();
  file_.open(path_, std::ios::app);
}

}  // namespace saker
