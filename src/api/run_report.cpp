#include "saker/run_report.hpp"

#include <filesystem>

#include "core/atomic_file.hpp"
#include "report/run_page.hpp"
#include "report/run_record.hpp"

namespace saker {

std::string write_run_report(const RunReportArgs& args) {
  const std::filesystem::path folder(args.run);
  const RunRecord run = read_run(folder);
  const std::string path = args.out.empty() ? (folder / "report.html").string() : args.out;
  write_file_atomically(path, run_page(run));
  return path;
}

}  // namespace saker
