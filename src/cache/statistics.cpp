#include "planwise/health.h"

namespace planwise {

Json to_json(const CacheStatistics& statistics) {
  const auto age = [](const std::optional<double>& seconds) { return seconds ? Json(*seconds) : Json(); };
  const std::int64_t asked = statistics.hits + statistics.misses;
  Json result = Json::object();
  result.set("folder", statistics.folder.empty() ? Json() : Json(statistics.folder));
  result.set("entries", statistics.entries);
  result.set("bytes", statistics.bytes);
  result.set("limit_bytes", statistics.limit_bytes);
  result.set("hits", statistics.hits);
  result.set("misses", statistics.misses);
  result.set("hit_rate", asked == 0 ? Json() : Json(static_cast<double>(statistics.hits) / static_cast<double>(asked)));
  result.set("evictions", statistics.evictions);
  result.set("expired", statistics.expired);
  result.set("corrupt", statistics.corrupt);
  result.set("oldest_seconds", age(statistics.oldest_seconds));
  result.set("newest_seconds", age(statistics.newest_seconds));
  return result;
}

}  // namespace planwise
