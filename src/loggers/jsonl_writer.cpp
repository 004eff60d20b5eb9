#include "loggers/jsonl_writer.hpp"

#include <fmt/format.h>

#include <cmath>
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
  file_ << line.to_json() << '\n' << std::flush;
  if (!file_)
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

}  // namespace saker
