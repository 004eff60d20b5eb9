// Installs the package to an empty folder and builds the example against it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/file.hpp"
#include "detectors/init_args.hpp"
#include "detectors/registry.hpp"
#include "image/encode.hpp"
#include "saker/image.hpp"
#include "temporary_folder.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

class DetectExample : public ::testing::Test {
 protected:
  void SetUp() override {
    if (SAKER_SANITIZED) GTEST_SKIP() << "the example is not built with sanitizers";
  }

  // The exit code of a shell command; what it printed goes to output_.
  int run(const std::string& command) {
    const std::string file = folder_ / "output";
    const int status = std::system((command + " >'" + file + "' 2>&1").c_str());
    output_ = read_text_file(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  void write_model(const std::string& path) {
    const std::shared_ptr<Detector> detector = make_detector(
        {.model_name = "picodet/s-416", .image_size = {64, 64}, .classes = {{5, "cell"}}}, {}, 1);
    write_exported_model(path,
                         {.model_class_path = detector->model_class_path(),
                          .init_args = make_init_args(*detector),
                          .train_model = collect_state_dict(*detector).with_prefix("model.")});
  }

  test::TemporaryFolder folder_;
  std::string output_;
};

TEST_F(DetectExample, BuildsAgainstTheInstalledPackageAndRuns) {
  const std::string cmake = "'" SAKER_CMAKE "' ";
  const std::string prefix = folder_ / "prefix", build = folder_ / "build";
  ASSERT_EQ(run(cmake + "--install '" SAKER_BUILD_DIR "' --prefix '" + prefix + "'"), 0) << output_;
  ASSERT_EQ(
      run(cmake + "-S '" SAKER_EXAMPLES_DIR "/detect' -B '" + build + "' -DCMAKE_PREFIX_PATH='" +
          prefix +
          "' -DCMAKE_CXX_COMPILER='" SAKER_COMPILER "' -DCMAKE_CXX_FLAGS='-Wall -Wextra -Werror'"),
      0)
      << output_;
  ASSERT_EQ(run(cmake + "--build '" + build + "'"), 0) << output_;

  write_model(folder_ / "model.pt");
  write_image(folder_ / "image.png", Image(48, 80, 3, PixelType::kU8));
  const std::string detect = "'" + build + "/detect' '" + (folder_ / "model.pt").string() + "' ";
  ASSERT_EQ(run(detect + "'" + (folder_ / "image.png").string() + "' 0"), 0) << output_;
  EXPECT_TRUE(output_.starts_with("class 5, score 0.")) << output_;
  // Errors of the library reach the product as saker::Error.
  EXPECT_EQ(run(detect + "absent.png"), 1);
  EXPECT_TRUE(output_.starts_with("detect: absent.png")) << output_;

  ASSERT_EQ(run("'" + prefix + "/bin/saker' --version"), 0) << output_;
}

}  // namespace
}  // namespace saker
