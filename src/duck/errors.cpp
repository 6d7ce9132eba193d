#include "duck/errors.h"

#include <fmt/format.h>

#include <array>
#include <regex>

#include "duck/value.h"

namespace planwise::duck {

namespace {

struct Sign {
  std::string_view text;
  ErrorCode code;
};

// Looked for in this order in DuckDB's text; the first that occurs decides.
constexpr std::array signs{
    Sign{"No space left on device", ErrorCode::io},
    Sign{"Disk quota exceeded", ErrorCode::io},
    Sign{"Permission denied", ErrorCode::denied},
    Sign{"Read-only file system", ErrorCode::denied},
    Sign{"read-only mode", ErrorCode::denied},
    Sign{"INTERRUPT", ErrorCode::cancelled},
    Sign{"Interrupted", ErrorCode::cancelled},
    Sign{"Corrupt database file", ErrorCode::corrupt},
    Sign{"checksum", ErrorCode::corrupt},
    Sign{"Failure while replaying WAL", ErrorCode::corrupt},
    Sign{"IO Error", ErrorCode::io},
};

}  // namespace

bool says_locked(std::string_view duckdb_text) {
  return duckdb_text.find("Could not set lock on file") != std::string_view::npos;
}

bool says_invalidated(std::string_view duckdb_text) {
  return duckdb_text.find("FATAL Error") != std::string_view::npos ||
         duckdb_text.find("database has been invalidated") != std::string_view::npos;
}

std::string lock_holder(std::string_view duckdb_text) {
  static const std::regex pattern(R"(held in (.+?) \(PID ([0-9]+)\))");
  std::match_results<std::string_view::const_iterator> match;
  if (std::regex_search(duckdb_text.begin(), duckdb_text.end(), match, pattern)) {
    return fmt::format("{} (process {})", match[1].str(), match[2].str());
  }
  static const std::regex pid_only(R"(PID ([0-9]+))");
  if (std::regex_search(duckdb_text.begin(), duckdb_text.end(), match, pid_only)) {
    return fmt::format("process {}", match[1].str());
  }
  return "another process";
}

Error translated(std::string_view what, std::string_view duckdb_text) {
  if (says_locked(duckdb_text)) {
    return {ErrorCode::busy, fmt::format("{}: the file is held by {}; close it there, or wait and try again", what,
                                         lock_holder(duckdb_text))};
  }
  static const std::regex newer(R"(version number ([0-9]+))");
  std::match_results<std::string_view::const_iterator> match;
  if (std::regex_search(duckdb_text.begin(), duckdb_text.end(), match, newer)) {
    return {ErrorCode::unsupported,
            fmt::format("{}: the file has storage version {}, made by a newer DuckDB than the 1.5 this program reads; "
                        "open it with that DuckDB and either EXPORT DATABASE to a folder, or copy it into a file made "
                        "with ATTACH 'old.duckdb' (STORAGE_VERSION 'v1.0.0') by COPY FROM DATABASE",
                        what, match[1].str())};
  }
  if (duckdb_text.find("not a valid DuckDB database file") != std::string_view::npos) {
    return {ErrorCode::corrupt, fmt::format("{}: this is no DuckDB database (an empty or foreign file); name another file, or move this one away", what)};
  }
  for (const Sign& sign : signs) {
    if (duckdb_text.find(sign.text) != std::string_view::npos) {
      return {sign.code, fmt::format("{}: {}", what, duckdb_text)};
    }
  }
  return {ErrorCode::database, fmt::format("{}: {}", what, duckdb_text)};
}

std::string sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

std::string sql_literal(std::string_view text) {
  std::string literal = "'";
  for (char c : text) {
    literal += c;
    if (c == '\'') literal += c;
  }
  return literal + "'";
}

}  // namespace planwise::duck
