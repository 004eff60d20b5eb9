// The arguments of a training that takes seconds.
#pragma once

#include <string>
#include <vector>

namespace saker::test {

// settings: key=value pairs behind those that make it small.
inline std::vector<std::string> tiny_training(const std::string& out,
                                              const std::string& data,
                                              int steps,
                                              const std::vector<std::string>& settings = {}) {
  std::vector<std::string> arguments = {"train",
                                        "--out",
                                        out,
                                        "--model",
                                        "picodet/s-416",
                                        "--data",
                                        data,
                                        "--steps",
                                        std::to_string(steps),
                                        "batch_size=2",
                                        "gradient_accumulation_steps=1",
                                        "transform_args.image_size=[64,64]"};
  arguments.insert(arguments.end(), settings.begin(), settings.end());
  return arguments;
}

}  // namespace saker::test
