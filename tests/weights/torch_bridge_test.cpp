#include "weights/torch_bridge.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

torch::Tensor round_trip(const torch::Tensor& tensor) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.pt", to_stored(tensor));
  return to_torch(read_checkpoint(folder / "a.pt").as_tensor());
}

TEST(TorchBridge, RoundTripOfEveryType) {
  const torch::Tensor values = torch::tensor({0.0, 1.0, 2.0, 100.0, 1.5, 3.0}).view({2, 3});
  for (const auto type : {torch::kFloat,
                          torch::kDouble,
                          torch::kHalf,
                          torch::kBFloat16,
                          torch::kLong,
                          torch::kInt,
                          torch::kShort,
                          torch::kChar,
                          torch::kByte,
                          torch::kBool}) {
    const torch::Tensor tensor = values.to(type);
    const torch::Tensor read = round_trip(tensor);
    EXPECT_EQ(read.scalar_type(), type);
    EXPECT_TRUE(torch::equal(read, tensor)) << c10::toString(type);
  }
}

TEST(TorchBridge, RoundTripOfShapes) {
  const torch::Tensor base = torch::arange(24, torch::kFloat).view({4, 6});
  for (const torch::Tensor& tensor : {base.t(),
                                      base.slice(0, 1, 3),
                                      base.slice(1, 2, 5),
                                      torch::zeros({0, 3}),
                                      torch::scalar_tensor(7, torch::kLong),
                                      base.select(1, 2)}) {
    const torch::Tensor read = round_trip(tensor);
    EXPECT_EQ(read.sizes(), tensor.sizes());
    EXPECT_EQ(read.strides(), tensor.strides());
    EXPECT_TRUE(torch::equal(read, tensor));
  }
}

TEST(TorchBridge, SharedStoragesStayShared) {
  const torch::Tensor base = torch::arange(6, torch::kFloat);
  const test::TemporaryFolder folder;
  const PickleTuple pair{{to_stored(base), to_stored(base.slice(0, 2, 4))}};
  write_checkpoint(folder / "a.pt", pair);
  const PickleValue read = read_checkpoint(folder / "a.pt");
  const torch::Tensor whole = to_torch(read.as_sequence()[0].as_tensor()),
                      part = to_torch(read.as_sequence()[1].as_tensor());
  whole[3] = 42;
  EXPECT_EQ(part[1].item<float>(), 42);
  // Read tensors are seen to share when they are written again.
  EXPECT_EQ(to_stored(whole).storage->bytes.get(), to_stored(part).storage->bytes.get());
}

TEST(TorchBridge, TensorsOutliveWhatTheyWereMadeFrom) {
  torch::Tensor tensor;
  {
    const torch::Tensor original = torch::ones({1000});
    tensor = to_torch(to_stored(original));
  }
  EXPECT_EQ(tensor.sum().item<float>(), 1000);
}

TEST(TorchBridge, RefusesWhatFilesCannotHold) {
  test::expect_error(ErrorKind::kUnsupported, {"ComplexFloat"}, [] {
    to_stored(torch::zeros({2}, torch::kComplexFloat));
  });
  test::expect_error(ErrorKind::kUnsupported, {"defined"}, [] { to_stored(torch::Tensor()); });
}

}  // namespace
}  // namespace saker
