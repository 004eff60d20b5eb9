#include "saker/convert.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "saker/error.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

std::int64_t count_tensors(const PickleValue& value) {
  std::int64_t count = value.is_tensor() ? 1 : 0;
  if (value.is_list() || value.is_tuple()) {
    for (const PickleValue& item : value.as_sequence()) count += count_tensors(item);
  }
  if (value.is_dict()) {
    for (const auto& [key, item] : value.as_dict().items) count += count_tensors(item);
  }
  return count;
}

}  // namespace

ConvertResult convert_weights(const ConvertArgs& args) {
  if (!has_weights_ending(args.out)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: the ending tells the format; name a file that ends in .pt, .pth, "
                            ".ckpt or .safetensors",
                            args.out));
  }
  std::error_code ignored;
  if (!args.overwrite && std::filesystem::exists(args.out, ignored)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: is there already; choose another name or overwrite it "
                            "(--overwrite)",
                            args.out));
  }
  ConvertResult result;
  const PickleValue value =
      without_opaque_objects(read_weights_file(args.in, &result.left_out), result.left_out);
  write_weights_file(args.out, value);
  result.tensors = count_tensors(value);
  return result;
}

}  // namespace saker
