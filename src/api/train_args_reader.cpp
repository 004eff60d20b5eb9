#include "api/train_args_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/settings_reference.hpp"
#include "data/data_settings.hpp"

namespace saker {
namespace {

// 2, [0, 1], "0,1" or "auto", all as text.
void read_devices(SettingsReader& reader, std::string& target) {
  const SettingKey key{
      "devices",
      "how many processes train on this machine, each on a part of every batch, or which GPUs; "
      "auto: those of the launcher, else one for each GPU, or one"};
  const Value* value = reader.find(key, {"integer, list of integers or text", target});
  if (value == nullptr) return;
  if (value->is_string()) {
    target = value->as_string();
  } else if (value->is_int()) {
    target = std::to_string(value->as_int());
  } else {
    std::vector<std::int64_t> indices;
    if (reader.read(key, indices, at_least(0))) target = fmt::format("{}", fmt::join(indices, ","));
  }
}

// A word, or the number of bits.
void read_precision(SettingsReader& reader, std::string& target) {
  const SettingKey key{"precision",
                       "numbers of the network: 32-true, bf16-mixed or (on GPUs) 16-mixed; auto: "
                       "bf16-mixed where it is fast, else 32-true"};
  const Value* value = reader.find(key, {"text or integer", target});
  if (value == nullptr) return;
  if (value->is_int()) {
    target = std::to_string(value->as_int());
  } else {
    reader.read(key, target);
  }
}

void read_checkpoint(SettingsReader& reader, std::string& target) {
  std::optional<std::string> given;
  if (reader.read({"checkpoint", "file whose weights a new run starts from; of the model's family"},
                  given))
    target = given.value_or("");
}

void read_required(SettingsReader& reader, const SettingKey& key, std::string& target) {
  if (!reader.read(key, target) && !reader.has(key.name))
    reader.problems().missing_key(reader.path_of(key));
}

void read_data(SettingsReader& reader, DataArgs& target) {
  const Value* value = reader.find(
      {"data", "the data set: its YAML file, a folder with a data.yaml, or the same keys as a map"},
      {"text or map"});
  if (reader.describes()) {
    reader.problems().missing_key("data");
    describe_data(reader.problems());
  } else if (value == nullptr) {
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
  const Value* model = value.find("model");
  problems.suggest_from(
      known_settings(model != nullptr && model->is_string() ? model->as_string() : ""));
  SettingsReader reader(value, "", problems);
  read_required(reader,
                {"out",
                 "run folder for checkpoints, exported models and logs; new or empty unless "
                 "overwrite or resume_interrupted"},
                args.out);
  read_required(
      reader,
      {"model",
       "name (`saker models` lists them), or an exported or checkpoint file to go on from"},
      args.model);
  read_data(reader, args.data);
  reader.read_or_auto({"steps", "optimizer steps; auto: the model's"}, args.steps, at_least(1));
  reader.read_or_auto({"batch_size",
                       "images a batch, of all devices together, before accumulation; auto: the "
                       "model's, at most the training images"},
                      args.batch_size,
                      at_least(1));
  reader.read_or_auto(
      {"gradient_accumulation_steps",
       "batches added up for one optimizer step; auto: as many as reach the model's batch_size"},
      args.gradient_accumulation_steps,
      at_least(1));
  reader.read_or_auto(
      {"num_workers", "threads of a device that load images; auto: its CPUs - 1, at most 8"},
      args.num_workers,
      at_least(0));
  read_devices(reader, args.devices);
  reader.read({"num_nodes", "machines that train together, by a launcher such as torchrun"},
              args.num_nodes,
              at_least(1));
  reader.read({"accelerator", "cpu, gpu or cuda; auto: a GPU where one is usable"},
              args.accelerator);
  reader.read(
      {"strategy", "how several devices train together: ddp, each on a part of every batch"},
      args.strategy);
  reader.read({"sync_batchnorm",
               "batch norm takes its statistics over all devices everywhere, not only where the "
               "architecture does"},
              args.sync_batchnorm);
  read_precision(reader, args.precision);
  reader.read({"float32_matmul_precision",
               "of float32 products of matrices on GPUs: highest, high or medium; auto: highest"},
              args.float32_matmul_precision);
  reader.read({"seed", "decides weights, order and augmentation"}, args.seed, at_least(0));
  reader.read({"overwrite", "write into a run folder that is not empty"}, args.overwrite);
  reader.read({"resume_interrupted", "go on with the run in `out` where it stopped"},
              args.resume_interrupted);
  read_checkpoint(reader, args.checkpoint);
  reader.read({"reuse_class_head", "of the reference; has no effect, and a warning says so"},
              args.reuse_class_head);
  reader.read_map({"model_args", "optimizer, schedule, losses and network of the model"},
                  args.model_args);
  reader.read_map({"transform_args", "input size and augmentation"}, args.transform_args);
  reader.read_map({"logger_args", "how often is logged and validated, and where to"},
                  args.logger_args);
  reader.read_map({"metric_args", "how validation measures, and what is best"}, args.metric_args);
  reader.read_map({"loader_args", "how batches are loaded"}, args.loader_args);
  reader.read_map({"save_checkpoint_args", "which checkpoints are written, and when"},
                  args.save_checkpoint_args);
  reader.read_map({"image_args", "how image files are read"}, args.image_args);
  reader.read_map({"debug_args", "what helps to find numbers that are not finite"},
                  args.debug_args);
  reader.read_map({"torch_compile_args", "of the reference; there is nothing to compile here"},
                  args.torch_compile_args);
  reader.finish();
  return args;
}

}  // namespace saker
