/// \file
/// Digests and base64, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace planwise::core {

/// SHA-256 of bytes that arrive in pieces. Not for use by several threads at once.
class Sha256 {
 public:
  Sha256();
  Sha256& update(std::string_view bytes);
  /// Lower-case hexadecimal digest of all bytes so far; starts anew afterwards.
  [[nodiscard]] std::string hex();

 private:
  struct Deleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Deleter> context_;
};

/// Lower-case hexadecimal digests. MD5 only to reproduce the hashes of earlier databases, never for trust.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string md5_hex(std::string_view bytes);

/// Lower-case hexadecimal of any bytes.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// Standard alphabet with padding, no line breaks.
[[nodiscard]] std::string base64(std::string_view bytes);
/// nullopt when text is not exactly what base64() writes for some bytes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace planwise::core
