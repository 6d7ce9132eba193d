/// \file
/// Every failure of this library is a planwise::Error with a code from a closed list and a message that names the
/// thing, its value and what is allowed.
///
/// A call that throws has changed nothing: no row, no file, no object it was given. Errors of the libraries beneath
/// (DuckDB, the JSON parser, the file system) are translated where they are called and never leave as they are.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace planwise {

/// Why a call failed. The list is closed: shell, HTTP and Python map each code once, and a test walks it.
enum class ErrorCode {
  invalid_argument,  ///< The caller's value is not allowed; the message says what is.
  not_found,         ///< The named run, version, file or field does not exist.
  already_exists,    ///< A different thing already has that name (run_id with other content, file without --force).
  wrong_state,       ///< The thing exists but its state forbids the call (locked, finished, archived, not in the trash).
  conflict,          ///< Somebody else changed it meanwhile, or the owner token does not fit.
  busy,              ///< The file is held by another process beyond the deadline; the message names program and process id.
  unsupported,       ///< A format or version this program does not know (a file of a newer DuckDB, an unknown opcode).
  corrupt,           ///< Stored or imported bytes do not fit together; the message says where.
  denied,            ///< The operating system or a lock refuses the caller.
  cancelled,         ///< The caller asked to stop; nothing half done is left.
  io,                ///< Reading or writing failed (disk full, read-only folder).
  database,          ///< DuckDB failed in a way none of the above describes; carries its text.
  internal,          ///< A fault in this library.
};

/// All codes in declaration order, for tables and tests.
inline constexpr std::array all_error_codes{
    ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::already_exists, ErrorCode::wrong_state,
    ErrorCode::conflict,         ErrorCode::busy,      ErrorCode::unsupported,    ErrorCode::corrupt,
    ErrorCode::denied,           ErrorCode::cancelled, ErrorCode::io,             ErrorCode::database,
    ErrorCode::internal,
};

/// The code's name as written above, e.g. "not_found". Never empty.
[[nodiscard]] std::string_view to_text(ErrorCode code) noexcept;

/// The one exception type of this library. Copyable, immutable, safe to hand to another thread.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace planwise
