#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "saker/convert.hpp"

namespace saker {

void add_convert_command(CLI::App& program, Action& action) {
  auto args = std::make_shared<ConvertArgs>();
  CLI::App* command =
      program.add_subcommand("convert", "Turn weights into another file format and back");
  command->add_option("in", args->in, "A .pt, .pth, .ckpt or .safetensors file")->required();
  command
      ->add_option(
          "out", args->out, "The file to write; .pt, .pth, .ckpt or .safetensors tells the format")
      ->required();
  command->add_flag("--overwrite", args->overwrite, "Replace OUT when it is there already");
  command->footer(
      "Class names, input size and licence go along; docs/convert.md tells what becomes of "
      "what.\nExample:\n  saker convert exported_best.pt exported_best.safetensors");
  command->callback([args, &action] {
    action = [args] {
      const ConvertResult result = convert_weights(*args);
      for (const std::string& what : result.left_out) fmt::print(stderr, "Left out: {}\n", what);
      fmt::print(stderr, "{}: {} tensors\n", args->out, result.tensors);
      return 0;
    };
  });
}

}  // namespace saker
