#include "input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "planwise/error.h"

namespace planwise::cli {

namespace {

constexpr std::size_t longest_run = std::size_t{256} << 20;

}  // namespace

std::string read_text(const std::string& file) {
  const bool input = file == "-";
  const int descriptor = input ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const ErrorCode code = errno == EACCES ? ErrorCode::denied : ErrorCode::not_found;
    throw Error(code, fmt::format("'{}' cannot be read: {}", file, std::strerror(errno)));
  }
  std::string text;
  std::array<char, 65536> block{};
  ::ssize_t count = 0;
  while ((count = ::read(descriptor, block.data(), block.size())) > 0 && text.size() <= longest_run)
    text.append(block.data(), static_cast<std::size_t>(count));
  const int failure = count < 0 ? errno : 0;
  if (!input) ::close(descriptor);
  if (failure != 0)
    throw Error(failure == EISDIR ? ErrorCode::invalid_argument : ErrorCode::io,
                fmt::format("'{}' cannot be read: {}", file, std::strerror(failure)));
  if (text.size() > longest_run)
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("'{}' is longer than {} MB; `planwise import` takes large files", file, longest_run >> 20U));
  return text;
}

}  // namespace planwise::cli
