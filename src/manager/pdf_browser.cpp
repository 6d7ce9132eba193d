#include "manager/pdf_browser.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>  // NOLINT: kill
#include <stdlib.h>  // NOLINT: mkdtemp
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

#include "core/files.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 6> known_browsers{
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome"};
constexpr std::chrono::seconds time_limit{60};

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "planwise-pdf-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw Error(ErrorCode::io,
                  fmt::format("cannot make a temporary folder '{}': {}", name, std::generic_category().message(errno)));
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<std::string> arguments(const fs::path& browser, const ScratchFolder& folder) {
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
                                 "--user-data-dir=" + (folder / "profile").string(),
                                 "--no-pdf-header-footer",
                                 "--print-to-pdf=" + (folder / "report.pdf").string()};
  // A browser's own sandbox refuses root, as in containers. The page holds no script and asks for nothing.
  if (::geteuid() == 0) words.emplace_back("--no-sandbox");
  words.push_back("file://" + (folder / "report.html").string());
  return words;
}

/// What happens between fork and exec may only be calls that are safe after a fork of a process with threads.
[[noreturn]] void become(char* const* words, char* const* variables, int output) {
  ::setpgid(0, 0);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::execve(words[0], words, variables);
  ::_exit(127);
}

/// Ends the browser and what it started.
void end_group(pid_t group) {
  ::kill(-group, SIGKILL);
  int status = 0;
  while (::waitpid(group, &status, 0) < 0 && errno == EINTR) {
  }
}

int wait_for(pid_t child) {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  for (;;) {
    int status = 0;
    const pid_t done = ::waitpid(child, &status, WNOHANG);
    if (done == child) {
      ::kill(-child, SIGKILL);  // helpers that outlive it
      return status;
    }
    if (done < 0 && errno != EINTR)
      throw Error(ErrorCode::io, "the browser's end was not seen: " + std::generic_category().message(errno));
    if (std::chrono::steady_clock::now() > deadline) {
      end_group(child);
      throw Error(ErrorCode::io,
                  fmt::format("the browser took longer than {} s to print the report", time_limit.count()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// HOME and caches within the folder: nothing of the user's is read or left behind.
std::vector<std::string> environment(const ScratchFolder& folder) {
  const char* path = std::getenv("PATH");
  const std::string home = (folder / "home").string();
  return {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path),
          "HOME=" + home,
          "XDG_CONFIG_HOME=" + home,
          "XDG_CACHE_HOME=" + home,
          "TZ=UTC",
          "LANG=C.UTF-8"};
}

void run_browser(const fs::path& browser, const ScratchFolder& folder) {
  std::vector<std::string> words = arguments(browser, folder), variables = environment(folder);
  const std::vector<char*> word_list = pointers(words), variable_list = pointers(variables);
  const fs::path log = folder / "browser.log";
  const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (output < 0)
    throw Error(ErrorCode::io, "cannot write '" + log.string() + "': " + std::generic_category().message(errno));
  const pid_t child = ::fork();
  if (child == 0) become(word_list.data(), variable_list.data(), output);
  const int why = errno;
  ::close(output);
  if (child < 0) throw Error(ErrorCode::io, "cannot start the browser: " + std::generic_category().message(why));
  ::setpgid(child, child);
  const int status = wait_for(child);
  std::error_code ignored;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && fs::file_size(folder / "report.pdf", ignored) > 0 && !ignored)
    return;
  constexpr std::uint64_t most_log = 1 << 20;
  std::string said = core::read_file(log, most_log);
  constexpr std::size_t shown = 400;
  if (said.size() > shown) said = said.substr(said.size() - shown);
  throw Error(ErrorCode::io,
              fmt::format("'{}' did not print the report (status {}): {}", browser.string(), status, said));
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
  const ScratchFolder folder;
  core::NewFile page(folder / "report.html", core::Overwrite::refuse);
  page.write(html);
  page.commit();
  fs::create_directory(folder / "home");
  run_browser(browser, folder);
  constexpr std::uint64_t most_bytes = 1 << 28;
  std::string pdf = core::read_file(folder / "report.pdf", most_bytes);
  if (!pdf.starts_with("%PDF-"))
    throw Error(ErrorCode::io, fmt::format("what '{}' printed is no PDF", browser.string()));
  set_dates(pdf, dated);
  return pdf;
}

}  // namespace planwise::manager
