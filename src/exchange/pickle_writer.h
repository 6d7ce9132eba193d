/// \file
/// JSON documents as Python pickles that any Python 3.4 or later loads without our code.
///
/// Protocol 4, in frames of about 64 KiB, plain dict, list, str, int, float, bool and None; never a class or a call. The
/// same documents always give the same bytes. Keys keep their order, integers of any size and reals their exact value
/// (NaN and infinities included); the strings "NaN" and "Infinity" stay strings.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "planwise/json.h"

namespace planwise::exchange {

/// Instructions of one pickle, handed on a frame at a time. Internal to the writers below.
class PickleEncoder {
 public:
  explicit PickleEncoder(std::function<void(std::string_view)> sink);
  void value(const Json& value);
  void instruction(char code);
  void finish();

 private:
  void number(std::int64_t value);
  void big_number(const std::string& digits);
  void text(std::string_view text);
  void key(const std::string& key);
  void put_little_endian(std::uint64_t value, int bytes);
  void end_frame();

  std::function<void(std::string_view)> sink_;
  std::string frame_;
  std::map<std::string, std::uint8_t, std::less<>> memo_;  // keys already written, at most 256
};

/// Throws invalid_argument for text that is not UTF-8.
[[nodiscard]] std::string write_pickle(const Json& document);

/// One list of documents, without holding more than a frame of it in memory.
///
///     PickleListWriter writer([&](std::string_view bytes) { file.write(bytes); });
///     for (...) writer.add(document);
///     writer.finish();
class PickleListWriter {
 public:
  explicit PickleListWriter(std::function<void(std::string_view)> sink);
  /// Throws invalid_argument for text that is not UTF-8, and what the sink throws; the pickle is then not to be used.
  void add(const Json& document);
  /// Called once, at the end.
  void finish();

 private:
  PickleEncoder encoder_;
};

}  // namespace planwise::exchange
