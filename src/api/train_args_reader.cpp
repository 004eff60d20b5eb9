#include "api/train_args_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/data_settings.hpp"

namespace saker {
namespace {

void read_count(SettingsReader& reader,
                const char* key,
                std::optional<std::int64_t>& target,
                std::int64_t minimum) {
  const Value* value = reader.find(key);
  if (value == nullptr || (value->is_string() && value->as_string() == "auto")) return;
  if (value->is_string()) {
    reader.problems().wrong_type(reader.path_of(key), "an integer or 'auto'", *value);
    return;
  }
  reader.read(key, target, at_least(static_cast<double>(minimum)));
}

// 2, [0, 1], "0,1" or "auto", all as text.
void read_devices(SettingsReader& reader, std::string& target) {
  const Value* value = reader.find("devices");
  if (value == nullptr) return;
  if (value->is_string()) {
    target = value->as_string();
  } else if (value->is_int()) {
    target = std::to_string(value->as_int());
  } else {
    std::vector<std::int64_t> indices;
    if (reader.read("devices", indices, at_least(0)))
      target = fmt::format("{}", fmt::join(indices, ","));
  }
}

// A word, or the number of bits.
void read_precision(SettingsReader& reader, std::string& target) {
  const Value* value = reader.find("precision");
  if (value != nullptr && value->is_int()) {
    target = std::to_string(value->as_int());
  } else {
    reader.read("precision", target);
  }
}

void read_optional_text(SettingsReader& reader, const char* key, std::string& target) {
  const Value* value = reader.find(key);
  if (value == nullptr || value->is_null()) return;
  reader.read(key, target);
}

void read_section(SettingsReader& reader, const char* key, Value& target) {
  const Value* value = reader.find(key);
  if (value == nullptr || value->is_null()) return;
  if (value->is_object()) {
    target = *value;
  } else {
    reader.problems().wrong_type(reader.path_of(key), "a map", *value);
  }
}

void read_data(SettingsReader& reader, DataArgs& target) {
  const Value* value = reader.find("data");
  if (value == nullptr) {
    reader.problems().missing_key("data");
  } else if (value->is_string()) {
    target.path = value->as_string();
  } else if (value->is_object()) {
    target = data_from_value(*value, reader.problems(), {}, false).args;
  } else {
    reader.problems().wrong_type("data", "a map or the path of a YAML file", *value);
  }
}

}  // namespace

TrainArgs train_args_from_value(const Value& value, SettingsProblems& problems) {
  TrainArgs args;
  SettingsReader reader(value, "", problems);
  for (const auto& [key, target] :
       {std::pair<const char*, std::string*>{"out", &args.out}, {"model", &args.model}}) {
    if (reader.find(key) == nullptr) {
      problems.missing_key(key);
    } else {
      reader.read(key, *target);
    }
  }
  read_data(reader, args.data);
  read_count(reader, "steps", args.steps, 1);
  read_count(reader, "batch_size", args.batch_size, 1);
  read_count(reader, "gradient_accumulation_steps", args.gradient_accumulation_steps, 1);
  read_count(reader, "num_workers", args.num_workers, 0);
  read_devices(reader, args.devices);
  reader.read("num_nodes", args.num_nodes, at_least(1));
  reader.read("accelerator", args.accelerator);
  reader.read("strategy", args.strategy);
  reader.read("sync_batchnorm", args.sync_batchnorm);
  read_precision(reader, args.precision);
  reader.read("float32_matmul_precision", args.float32_matmul_precision);
  reader.read("seed", args.seed, at_least(0));
  reader.read("overwrite", args.overwrite);
  reader.read("resume_interrupted", args.resume_interrupted);
  read_optional_text(reader, "checkpoint", args.checkpoint);
  reader.read("reuse_class_head", args.reuse_class_head);
  read_section(reader, "model_args", args.model_args);
  read_section(reader, "transform_args", args.transform_args);
  read_section(reader, "logger_args", args.logger_args);
  read_section(reader, "metric_args", args.metric_args);
  read_section(reader, "loader_args", args.loader_args);
  read_section(reader, "save_checkpoint_args", args.save_checkpoint_args);
  read_section(reader, "image_args", args.image_args);
  read_section(reader, "debug_args", args.debug_args);
  read_section(reader, "torch_compile_args", args.torch_compile_args);
  reader.finish();
  return args;
}

}  // namespace saker
