#include "exchange/json_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;

bool is_blank(int character) { return character == ' ' || character == '\t' || character == '\n' || character == '\r'; }

bool ends_literal(int character) {
  return character < 0 || is_blank(character) || character == ',' || character == ']' || character == '}' ||
         character == ':';
}

}  // namespace

JsonStream::JsonStream(const std::filesystem::path& file) {
  descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int error = descriptor_ < 0 ? errno : EISDIR;
    if (descriptor_ >= 0) ::close(descriptor_);
    const ErrorCode code = error == ENOENT   ? ErrorCode::not_found
                           : error == EACCES ? ErrorCode::denied
                           : error == EISDIR ? ErrorCode::invalid_argument
                                             : ErrorCode::io;
    throw Error(code, "cannot read " + core::as_utf8(file.string()) + ": " + std::generic_category().message(error));
  }
  buffer_.resize(block_bytes);
  if (look() == 0xEF) {  // a byte order mark, as some editors put before UTF-8
    if (block_.substr(0, 3) != "\xEF\xBB\xBF") fail("an object");
    at_ = 3;
    offset_ = 3;
  }
}

JsonStream::JsonStream(std::string_view text) : block_(text) {}

JsonStream::~JsonStream() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int JsonStream::look() {
  if (at_ < block_.size()) return static_cast<unsigned char>(block_[at_]);
  if (descriptor_ < 0) return -1;
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw Error(ErrorCode::io, "cannot read on at byte " + std::to_string(offset_));
  block_ = std::string_view(buffer_.data(), static_cast<std::size_t>(count));
  at_ = 0;
  return count == 0 ? -1 : static_cast<unsigned char>(block_[0]);
}

int JsonStream::take() {
  const int character = look();
  if (character >= 0) {
    ++at_;
    ++offset_;
  }
  return character;
}

int JsonStream::peek() {
  while (is_blank(look())) take();
  return look();
}

void JsonStream::fail(const std::string& expected) {
  const int found = look();
  const std::string what = found < 0 ? "the end" : core::excerpt(std::string(1, static_cast<char>(found)));
  throw Error(ErrorCode::invalid_argument,
              "JSON at byte " + std::to_string(offset_) + ": found " + what + ", expected " + expected);
}

void JsonStream::expect(char character) {
  if (peek() != static_cast<unsigned char>(character)) fail(core::excerpt(std::string(1, character)));
  take();
}

void JsonStream::keep(std::string* kept, int character) const {
  if (kept == nullptr) return;
  if (kept->size() == largest_json_value) {
    throw Error(ErrorCode::invalid_argument, "JSON at byte " + std::to_string(offset_) + ": a value is longer than " +
                                                 std::to_string(largest_json_value) + " bytes");
  }
  kept->push_back(static_cast<char>(character));
}

void JsonStream::scan_string(std::string* kept) {
  keep(kept, take());  // the opening quote
  while (true) {
    const int character = take();
    if (character < 0) fail("the end of a string");
    keep(kept, character);
    if (character == '"') return;
    if (character != '\\') continue;
    if (look() < 0) fail("the end of a string");
    keep(kept, take());
  }
}

// Finds where the value ends: brackets are counted, strings are stepped over. Whether what lies between is JSON is
// Json::parse()'s to say.
void JsonStream::scan_value(std::string* kept) {
  std::size_t depth = 0;
  if (ends_literal(peek())) fail("a value");
  do {
    const int character = look();
    if (character < 0) fail("the end of an array or object");
    if (character == '"') {
      scan_string(kept);
    } else if (character == '{' || character == '[') {
      ++depth;
      keep(kept, take());
    } else if (character == '}' || character == ']') {
      if (depth == 0) return;
      --depth;
      keep(kept, take());
    } else if (depth == 0) {
      while (!ends_literal(look())) keep(kept, take());
    } else {
      keep(kept, take());
    }
  } while (depth > 0);
}

Json JsonStream::value() {
  if (peek() < 0) fail("a value");
  const std::uint64_t start = offset_;
  std::string text;
  scan_value(&text);
  try {
    return Json::parse(text);
  } catch (const Error& error) {
    throw Error(error.code(), "in the value that starts at byte " + std::to_string(start) + ": " + error.what());
  }
}

void JsonStream::skip() { scan_value(nullptr); }

void JsonStream::each_member(const std::function<void(const std::string& key)>& member) {
  expect('{');
  if (peek() == '}') {
    take();
    return;
  }
  while (true) {
    if (peek() != '"') fail("a key in quotes");
    const Json key = value();
    expect(':');
    member(key.as_string());
    if (peek() == '}') break;
    expect(',');
  }
  take();
}

void JsonStream::each_element(const std::function<void()>& element) {
  expect('[');
  if (peek() == ']') {
    take();
    return;
  }
  while (true) {
    element();
    if (peek() == ']') break;
    expect(',');
  }
  take();
}

void JsonStream::expect_end() {
  if (peek() >= 0) fail("the end of the file");
}

}  // namespace planwise::exchange
