#include "cache/cache_key.h"

#include <fmt/format.h>

#include "core/hash.h"
#include "planwise/error.h"

namespace planwise::cache {

CacheKeyBuilder::CacheKeyBuilder(std::string_view what, const Origin& origin) {
  const auto require = [](bool there, std::string_view part) {
    if (!there) throw Error(ErrorCode::invalid_argument, fmt::format("a cache key without {} is not allowed", part));
  };
  require(!what.empty(), "what it is about");
  require(!origin.data_fingerprint.empty(), "a fingerprint of the data");
  require(origin.format >= 1, "a format from 1");
  require(!origin.program_version.empty(), "the program's version");
  document_.set("what", what);
  document_.set("data", origin.data_fingerprint);
  document_.set("format", origin.format);
  document_.set("version", origin.program_version);
}

CacheKeyBuilder& CacheKeyBuilder::with(std::string_view name, Json value) {
  arguments_.set(name, std::move(value));
  return *this;
}

CacheKey CacheKeyBuilder::key() const {
  Json document = document_;
  document.set("arguments", arguments_);
  CacheKey key;
  key.text = document.dump(JsonStyle::canonical);
  key.digest = core::sha256_hex(key.text);
  return key;
}

}  // namespace planwise::cache
