#include "manager/pdf_browser.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "core/child_process.h"
#include "core/files.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 6> known_browsers{
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome"};
constexpr std::chrono::seconds time_limit{60};

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<std::string> arguments(const fs::path& browser, const core::ScratchFolder& folder) {
  std::vector<std::string> words{browser.string(),
                                 "--headless",
                                 "--disable-gpu",
                                 "--disable-dev-shm-usage",
                                 "--disable-extensions",
                                 "--disable-background-networking",
                                 "--disable-component-update",
                                 "--disable-sync",
                                 "--no-first-run",
                                 "--no-default-browser-check",
                                 "--host-resolver-rules=MAP * ~NOTFOUND",
                                 "--user-data-dir=" + (folder.path() / "profile").string(),
                                 "--no-pdf-header-footer",
                                 "--print-to-pdf=" + (folder.path() / "report.pdf").string()};
  // A browser's own sandbox refuses root, as in containers. The page holds no script and asks for nothing.
  if (::geteuid() == 0) words.emplace_back("--no-sandbox");
  words.push_back("file://" + (folder.path() / "report.html").string());
  return words;
}

/// HOME and caches within the folder: nothing of the user's is read or left behind.
std::vector<std::string> environment(const core::ScratchFolder& folder) {
  const char* path = std::getenv("PATH");
  const std::string home = (folder.path() / "home").string();
  return {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path),
          "HOME=" + home,
          "XDG_CONFIG_HOME=" + home,
          "XDG_CACHE_HOME=" + home,
          "TZ=UTC",
          "LANG=C.UTF-8"};
}

void run_browser(const fs::path& browser, const core::ScratchFolder& folder) {
  core::ChildCommand command;
  command.arguments = arguments(browser, folder);
  command.environment = environment(folder);
  command.time_limit = time_limit;
  const core::ChildResult result = core::run_child(command);
  if (result.end == core::ChildResult::End::timed_out)
    throw Error(ErrorCode::io, fmt::format("the browser took longer than {} s to print the report", time_limit.count()));
  std::error_code ignored;
  const bool printed = fs::file_size(folder.path() / "report.pdf", ignored) > 0 && !ignored;
  if (result.end == core::ChildResult::End::exited && result.status == 0 && printed) return;
  constexpr std::size_t shown = 400;
  const std::string& said = result.error_tail;
  throw Error(ErrorCode::io, fmt::format("'{}' did not print the report (status {}): {}", browser.string(),
                                         result.status, said.substr(said.size() - std::min(said.size(), shown))));
}

/// "D:20260301100500" over the digits of each date that the browser wrote; lengths stay.
void set_dates(std::string& pdf, Timestamp dated) {
  std::string digits;
  for (const char c : to_text(Timestamp{dated.microseconds / 1'000'000 * 1'000'000})) {
    if (c >= '0' && c <= '9') digits += c;
  }
  for (const std::string_view name : {"/CreationDate (D:", "/ModDate (D:"}) {
    for (std::size_t at = pdf.find(name); at != std::string::npos; at = pdf.find(name, at + 1)) {
      const std::size_t from = at + name.size();
      if (from + digits.size() <= pdf.size()) pdf.replace(from, digits.size(), digits);
    }
  }
}

}  // namespace

fs::path find_browser(const fs::path& given) {
  const char* variable = std::getenv("PLANWISE_BROWSER");
  const fs::path named = !given.empty() ? given : variable != nullptr ? fs::path(variable) : fs::path();
  const bool in_path = named.empty() || named.parent_path().empty();
  if (!in_path) {
    if (is_program(named)) return fs::absolute(named);
    throw Error(ErrorCode::not_found, fmt::format("there is no browser at '{}'", named.string()));
  }
  const char* list = std::getenv("PATH");
  const std::string path = list == nullptr ? "" : list;
  std::vector<std::string> names(known_browsers.begin(), known_browsers.end());
  if (!named.empty()) names = {named.string()};
  for (const std::string& name : names) {
    for (std::size_t from = 0; from <= path.size();) {
      const std::size_t end = std::min(path.find(':', from), path.size());
      const fs::path at = fs::path(path.substr(from, end - from)) / name;
      if (at.is_absolute() && is_program(at)) return at;
      from = end + 1;
    }
  }
  if (!named.empty())
    throw Error(ErrorCode::not_found, fmt::format("there is no browser '{}' in PATH", named.string()));
  throw Error(ErrorCode::unsupported,
              "PDF needs a browser, and none is installed: install chromium (Debian: apt install chromium) or Google "
              "Chrome, or name "
              "one in PLANWISE_BROWSER; or take the HTML form and print it from any browser");
}

std::string print_to_pdf(const std::string& html, const fs::path& browser, Timestamp dated) {
  const core::ScratchFolder folder("pdf");
  core::NewFile page(folder.path() / "report.html", core::Overwrite::refuse);
  page.write(html);
  page.commit();
  fs::create_directory(folder.path() / "home");
  run_browser(browser, folder);
  constexpr std::uint64_t most_bytes = 1 << 28;
  std::string pdf = core::read_file(folder.path() / "report.pdf", most_bytes);
  if (!pdf.starts_with("%PDF-"))
    throw Error(ErrorCode::io, fmt::format("what '{}' printed is no PDF", browser.string()));
  set_dates(pdf, dated);
  return pdf;
}

}  // namespace planwise::manager
