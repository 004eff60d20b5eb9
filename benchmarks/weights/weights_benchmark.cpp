// What loading a large file of weights takes beside reading its bytes, in time and memory.
//
//   weights_benchmark [FOLDER] [ROUNDS]
//
// Writes FOLDER/large.pt and large.safetensors with the tensors of a detector on ConvNeXt-L (0.92
// GB) unless they are there, and then measures in processes of their own, in turn:
//   read          read() of the whole .pt file into fresh memory
//   pt            the .pt file as named tensors
//   safetensors   the same of the .safetensors file
//   module        the .pt file into the parameters of a module with unset weights
// The files lie in the page cache; --cold drops them from it before each measurement.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/file_descriptor.hpp"
#include "weights/state_dict.hpp"
#include "weights/weights_file.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

struct Measured {
  double seconds = 0;
  double megabytes = 0;  // the most that the process had in memory, less what it had before
};

// Names and shapes: ConvNeXt-L and, as a whole, the rest of such a detector.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensor_shapes() {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> shapes;
  const std::int64_t widths[] = {192, 384, 768, 1536};
  const int depths[] = {3, 3, 27, 3};
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t width = widths[stage];
    if (stage > 0) {
      shapes.push_back(
          {fmt::format("downsample_layers.{}.weight", stage), {width, widths[stage - 1], 2, 2}});
    }
    for (int block = 0; block < depths[stage]; ++block) {
      const std::string name = fmt::format("stages.{}.{}.", stage, block);
      shapes.push_back({name + "dwconv.weight", {width, 1, 7, 7}});
      shapes.push_back({name + "dwconv.bias", {width}});
      shapes.push_back({name + "norm.weight", {width}});
      shapes.push_back({name + "norm.bias", {width}});
      shapes.push_back({name + "pwconv1.weight", {4 * width, width}});
      shapes.push_back({name + "pwconv1.bias", {4 * width}});
      shapes.push_back({name + "pwconv2.weight", {width, 4 * width}});
      shapes.push_back({name + "pwconv2.bias", {width}});
      shapes.push_back({name + "gamma", {width}});
    }
  }
  for (int layer = 0; layer < 25; ++layer)
    shapes.push_back({fmt::format("encoder.convs.{}.weight", layer), {384, 384, 3, 3}});
  for (int layer = 0; layer < 90; ++layer)
    shapes.push_back({fmt::format("decoder.layers.{}.weight", layer), {256, 256}});
  return shapes;
}

void write_files(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / "large.safetensors")) return;
  StateDict weights;
  for (const auto& [name, shape] : tensor_shapes()) weights.add(name, torch::randn(shape));
  const PickleValue value = to_pickle(weights, /*ordered=*/true);
  write_weights_file(folder / "large.pt", value);
  write_weights_file(folder / "large.safetensors", value);
}

void read_plainly(const std::filesystem::path& path) {
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  const std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY));
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = ::read(file.get(), bytes.get() + done, size - done);
    if (count <= 0) std::abort();
    done += static_cast<std::size_t>(count);
  }
}

class LargeModule : public torch::nn::Module {
 public:
  LargeModule() {
    for (const auto& [name, shape] : tensor_shapes()) {
      std::string key = name;
      std::ranges::replace(key, '.', '_');  // a module's own parameters have no dots
      register_parameter(key, torch::empty(shape));
    }
  }
};

void load_module(const std::filesystem::path& path) {
  LargeModule module;
  StateDict weights;
  {
    const StateDict read = to_state_dict(read_weights_file(path));
    for (const auto& [name, tensor] : read) {
      std::string key = name;
      std::ranges::replace(key, '.', '_');
      weights.add(key, tensor);
    }
  }
  load_state_dict(module, std::move(weights));
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

void run_case(const std::string& name, const std::filesystem::path& folder) {
  if (name == "read") read_plainly(folder / "large.pt");
  if (name == "pt") to_state_dict(read_weights_file(folder / "large.pt"));
  if (name == "safetensors") to_state_dict(read_weights_file(folder / "large.safetensors"));
  if (name == "module") load_module(folder / "large.pt");
}

void drop_from_cache(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY));
  ::fdatasync(file.get());
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
}

// In a process of its own, whose peak is nobody else's.
Measured measure(const std::string& name, const std::filesystem::path& folder) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    torch::empty({1}).zero_();  // LibTorch's own start is not measured
    const double before = peak_megabytes();
    const Clock::time_point start = Clock::now();
    run_case(name, folder);
    const Measured result{std::chrono::duration<double>(Clock::now() - start).count(),
                          peak_megabytes() - before};
    ::_exit(::write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
  }
  Measured result;
  const bool is_read = ::read(ends[0], &result, sizeof(result)) == sizeof(result);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  if (!is_read || status != 0) std::abort();
  return result;
}

void run(const std::filesystem::path& folder, int rounds, bool is_cold) {
  write_files(folder);
  const double size = static_cast<double>(std::filesystem::file_size(folder / "large.pt")) / 1e6;
  const std::vector<std::string> names = {"read", "pt", "safetensors", "module"};
  std::map<std::string, std::vector<Measured>> results;
  for (int round = 0; round <= rounds; ++round) {
    for (const std::string& name : names) {
      if (is_cold) {
        drop_from_cache(folder / "large.pt");
        drop_from_cache(folder / "large.safetensors");
      }
      const Measured result = measure(name, folder);
      if (round > 0) results[name].push_back(result);  // the first round warms the cache
    }
  }
  const auto median = [&](const std::string& name, double Measured::*member) {
    std::vector<double> values;
    for (const Measured& result : results[name]) values.push_back(result.*member);
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  fmt::print("{:.0f} MB, medians of {}\n", size, rounds);
  for (const std::string& name : names) {
    const double seconds = median(name, &Measured::seconds);
    const double memory = median(name, &Measured::megabytes);
    fmt::print("{:<12} {:.3f} s ({:.2f} x read), {:.0f} MB ({:.2f} x file)\n",
               name,
               seconds,
               seconds / median("read", &Measured::seconds),
               memory,
               memory / size);
  }
}

}  // namespace
}  // namespace saker

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool is_cold = std::erase(words, "--cold") > 0;
  const std::string folder = words.empty() ? "." : words[0];
  saker::run(folder, words.size() > 1 ? std::stoi(words[1]) : 5, is_cold);
}
