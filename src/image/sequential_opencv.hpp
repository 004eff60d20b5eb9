// Keeps OpenCV on the threads that call it.
//
//   const SequentialOpencv sequential;  // until the end of the scope
//
// OpenCV splits the work on large images over threads of its own. Loader threads already use the
// cores, so there it only makes them wait for one another.
#pragma once

namespace saker {

// The setting is one for the whole process; the destructor restores what was set before. Scopes may
// follow one another or nest, but those of several threads must not overlap.
class SequentialOpencv {
 public:
  SequentialOpencv();
  SequentialOpencv(const SequentialOpencv&) = delete;
  SequentialOpencv& operator=(const SequentialOpencv&) = delete;
  ~SequentialOpencv();

 private:
  int threads_before_;
};

}  // namespace saker
