#include "weights/pickle_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

[[noreturn]] void malformed(const std::string& what) { throw Error(ErrorKind::kCheckpoint, what); }

std::optional<StoredType> storage_type(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, StoredType>, 10> kTypes{{
      {"torch.FloatStorage", StoredType::kFloat32},
      {"torch.DoubleStorage", StoredType::kFloat64},
      {"torch.HalfStorage", StoredType::kFloat16},
      {"torch.BFloat16Storage", StoredType::kBFloat16},
      {"torch.LongStorage", StoredType::kInt64},
      {"torch.IntStorage", StoredType::kInt32},
      {"torch.ShortStorage", StoredType::kInt16},
      {"torch.CharStorage", StoredType::kInt8},
      {"torch.ByteStorage", StoredType::kUint8},
      {"torch.BoolStorage", StoredType::kBool},
  }};
  const auto* found =
      std::ranges::find(kTypes, name, &std::pair<std::string_view, StoredType>::first);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::int64_t> integers(const PickleValue& value) {
  const std::vector<PickleValue>& items = value.as_sequence();
  if (items.size() > 64) malformed(fmt::format("holds a tensor of {} dimensions", items.size()));
  std::vector<std::int64_t> numbers;
  for (const PickleValue& item : items) numbers.push_back(item.as_int());
  return numbers;
}

// arguments: storage, offset, shape, strides, requires_grad, backward hooks[, metadata].
PickleValue tensor(const std::vector<PickleValue>& arguments) {
  if (arguments.size() < 6) malformed("makes a tensor from too few values");
  StoredTensor made;
  made.storage = arguments[0].as_tensor().storage;
  made.offset = arguments[1].as_int();
  made.shape = integers(arguments[2]);
  made.strides = integers(arguments[3]);
  made.requires_grad = arguments[4].is_bool() && arguments[4].as_bool();
  const std::string problem = view_problem(made);
  if (!problem.empty()) malformed("a tensor " + problem);
  return made;
}

// Text whose characters stand for bytes, as protocol 2 writes bytes objects.
std::optional<std::string> latin1(const std::string& utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    if (first < 0x80) {
      bytes.push_back(utf8[i]);
    } else if ((first == 0xc2 || first == 0xc3) && i + 1 < utf8.size() &&
               (static_cast<unsigned char>(utf8[i + 1]) & 0xc0) == 0x80) {
      ++i;
      const auto second = static_cast<unsigned char>(utf8[i]);
      bytes.push_back(static_cast<char>(((first & 3) << 6) | (second & 0x3f)));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

}  // namespace

bool is_forbidden_name(std::string_view module, std::string_view name) {
  static constexpr std::string_view kModules[] = {
      "os",      "posix",  "nt",     "subprocess", "sys",        "pty",      "runpy",  "socket",
      "shutil",  "ctypes", "code",   "importlib",  "webbrowser", "commands", "popen2", "imp",
      "asyncio", "pdb",    "timeit", "cProfile",   "profile",    "marshal",  "bdb",    "trace"};
  static constexpr std::string_view kBuiltins[] = {
      "eval", "exec", "execfile", "compile", "open", "__import__", "input", "breakpoint"};
  const std::string_view package = module.substr(0, module.find('.'));
  if (std::ranges::find(kModules, package) != std::end(kModules)) return true;
  return (module == "builtins" || module == "__builtin__") &&
         std::ranges::find(kBuiltins, name) != std::end(kBuiltins);
}

PickleValue PickleObjects::opaque(const PickleOpaque& callable, const PickleValue& arguments) {
  return graph_.make(PickleOpaque{.name = callable.name, .arguments = arguments});
}

PickleValue PickleObjects::call(const PickleValue& callable, const PickleValue& arguments) {
  if (!callable.is_opaque()) malformed(fmt::format("calls a {}", callable.type_name()));
  const PickleOpaque& function = callable.as_opaque();
  if (!arguments.is_tuple()) {
    malformed(fmt::format(
        "calls {} with a {} instead of a tuple", *function.name, arguments.type_name()));
  }
  const std::vector<PickleValue>& values = arguments.as_sequence();
  const std::string& name = *function.name;
  if (!function.is_reference) return opaque(function, arguments);
  if (name == "collections.OrderedDict" && values.empty()) {
    return graph_.make(PickleDict{.items = {}, .ordered = true});
  }
  if (name == "torch._utils._rebuild_tensor_v2" && !values.empty() && values[0].is_tensor()) {
    return tensor(values);
  }
  // The tensor, whether it takes part in training, hooks[, attributes].
  const bool is_parameter = name == "torch._utils._rebuild_parameter" ||
                            name == "torch._utils._rebuild_parameter_with_state";
  if (is_parameter && values.size() >= 3 && values[0].is_tensor() && values[1].is_bool()) {
    StoredTensor parameter = values[0].as_tensor();
    parameter.requires_grad = values[1].as_bool();
    return parameter;
  }
  if (name == "torch.Size" && values.size() == 1 && values[0].is_tuple()) return values[0];
  if (name == "_codecs.encode" && values.size() == 2 && values[0].is_string() &&
      values[1].is_string() && values[1].as_string() == "latin1" &&
      values[0].as_string().size() <= copy_budget_) {
    if (std::optional<std::string> bytes = latin1(values[0].as_string())) {
      copy_budget_ -= values[0].as_string().size();
      return PickleBytes{std::move(*bytes)};
    }
  }
  return opaque(function, arguments);
}

PickleValue PickleObjects::storage(const PickleValue& persistent_id) {
  if (!persistent_id.is_tuple())
    malformed("refers to something outside of itself that is no tensor storage");
  const std::vector<PickleValue>& id = persistent_id.as_sequence();
  if (id.size() < 5 || !id[0].is_string() || id[0].as_string() != "storage" || !id[1].is_opaque()) {
    malformed("refers to something outside of itself that is no tensor storage");
  }
  const std::optional<StoredType> type = storage_type(*id[1].as_opaque().name);
  if (!type) return opaque(id[1].as_opaque(), persistent_id);
  const std::int64_t numel = id[4].as_int();
  if (numel < 0) malformed(fmt::format("refers to a storage of {} elements", numel));
  StoredTensor whole;
  whole.storage = load_storage_(id[2].as_string(), *type, numel);
  whole.shape = {numel};
  whole.strides = {1};
  return whole;
}

}  // namespace saker
