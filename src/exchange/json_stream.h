/// \file
/// A JSON file read value by value, so that a list of any length needs the memory of one element. Internal to exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "planwise/json.h"

namespace planwise::exchange {

/// Bytes of one value (one run) that are taken into memory.
inline constexpr std::size_t largest_json_value = std::size_t{256} * 1024 * 1024;

/// Walks the outermost levels itself and hands the text of values inside to Json::parse().
/// Every error is invalid_argument and names the file's byte offset and what was found there.
class JsonStream {
 public:
  /// Throws not_found, denied, io.
  explicit JsonStream(const std::filesystem::path& file);
  /// Over text in memory, for tests and fuzzing; `text` must outlive the stream.
  explicit JsonStream(std::string_view text);
  ~JsonStream();
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  /// The next byte that is no blank, without taking it; -1 at the end.
  [[nodiscard]] int peek();
  /// Calls `member` with each key of the object that comes next; `member` must take exactly the value.
  void each_member(const std::function<void(const std::string& key)>& member);
  /// Calls `element` before each element of the array that comes next; `element` must take exactly the element.
  void each_element(const std::function<void()>& element);
  /// Takes and parses the value that comes next.
  [[nodiscard]] Json value();
  /// Takes the value that comes next without keeping or checking it.
  void skip();
  /// Refuses anything but blanks up to the end.
  void expect_end();

 private:
  [[nodiscard]] int look();
  int take();
  void expect(char character);
  void scan_value(std::string* kept);
  void scan_string(std::string* kept);
  void keep(std::string* kept, int character) const;
  [[noreturn]] void fail(const std::string& expected);

  int descriptor_ = -1;
  std::string buffer_;
  std::string_view block_;  ///< What has been read and not yet taken, from `at_` on.
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;  ///< Of the file's byte at block_[at_].
};

}  // namespace planwise::exchange
