#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
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
    if (model.unused_parameters > 0) entry["unused_parameters"] = model.unused_parameters;
    list.push_back(std::move(entry));
  }
  fmt::print("{}\n", Value(list).to_json(2));
}

void print_table(const std::vector<ModelListing>& models) {
  std::size_t width = 0;
  for (const ModelListing& model : models) width = std::max(width, model.name.size());
  fmt::print("{:<{}} {:>9} {:>12}  {:<5} {}\n",
             "name",
             width,
             "input",
             "parameters",
             "fetch",
             "licence of published weights");
  for (const ModelListing& model : models) {
    fmt::print("{:<{}} {:>9} {:>12}  {:<5} {}\n",
               model.name,
               width,
               fmt::format("{}x{}", model.image_height, model.image_width),
               model.parameters,
               model.downloadable ? "yes" : "no",
               model.licence.empty() ? "-" : model.licence);
  }
  for (const ModelListing& model : models) {
    if (model.unused_parameters == 0) continue;
    fmt::print("{}: {} parameters without the {} that published files carry and nothing uses\n",
               model.name,
               model.parameters - model.unused_parameters,
               model.unused_parameters);
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
