#include "core/ids.h"

#include <openssl/rand.h>

#include <array>

#include "core/hash.h"
#include "planwise/error.h"

namespace planwise::core {
namespace {

template <std::size_t count>
std::string random_hex() {
  std::array<unsigned char, count> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) {
    throw Error(ErrorCode::internal, "OpenSSL has no random bytes");
  }
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// 32 hexadecimal digits as a UUID of the given version and the variant of RFC 9562.
std::string as_uuid(std::string hex, char version) {
  hex[12] = version;
  const char variant = hex[16];
  const int value = variant <= '9' ? variant - '0' : variant - 'a' + 10;
  hex[16] = "89ab"[value & 3];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20, 12);
}

}  // namespace

std::string new_uuid() { return as_uuid(random_hex<16>(), '4'); }
std::string uuid_from(std::string_view text) { return as_uuid(sha256_hex(text), '8'); }
std::string random_token() { return random_hex<32>(); }

}  // namespace planwise::core
