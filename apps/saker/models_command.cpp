#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "saker/model.hpp"
#include "saker/value.hpp"

namespace saker {
namespace {

void print_json(const std::vector<ModelListing>& models) {
  Value::Array list;
  for (const ModelListing& model : models) {
    Value entry;
    entry["name"] = model.name;
    entry["input_size"] = Value::Array{model.image_height, model.image_width};
    entry["parameters"] = model.parameters;
    entry["licence"] = model.licence;
    entry["downloadable"] = model.downloadable;
    list.push_back(std::move(entry));
  }
  fmt::print("{}\n", Value(list).to_json(2));
}

void print_table(const std::vector<ModelListing>& models) {
  fmt::print(
      "{:<18} {:>9} {:>12}  {}\n", "name", "input", "parameters", "licence of published weights");
  for (const ModelListing& model : models) {
    fmt::print("{:<18} {:>9} {:>12}  {}\n",
               model.name,
               fmt::format("{}x{}", model.image_height, model.image_width),
               model.parameters,
               model.licence.empty() ? "-" : model.licence);
  }
}

}  // namespace

void add_models_command(CLI::App& program, Action& action) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = program.add_subcommand(
      "models", "List the models with their input size, parameters and licence");
  command->add_flag("--json", *json, "Print JSON");
  command->callback([json, &action] {
    action = [json] {
      const std::vector<ModelListing> models = list_models();
      *json ? print_json(models) : print_table(models);
      return 0;
    };
  });
}

}  // namespace saker
