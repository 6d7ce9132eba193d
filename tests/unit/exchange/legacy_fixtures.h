// The result files of earlier programs in tests/fixtures/legacy, with what their sidecars say.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files.h"
#include "planwise/json.h"

namespace planwise::testing {

inline std::filesystem::path legacy_folder() {
  return std::filesystem::path(PLANWISE_SOURCE_DIR) / "tests" / "fixtures" / "legacy";
}

struct LegacyFixture {
  std::filesystem::path file;
  std::string bytes;
  Json sidecar;
  [[nodiscard]] std::string expect() const { return sidecar.at("expect").as_string(); }
  [[nodiscard]] const Json* value() const { return sidecar.find("value"); }
  [[nodiscard]] const Json* plain() const {
    const Json* plain = sidecar.find("plain");
    return plain != nullptr ? plain : value();
  }
};

inline std::vector<LegacyFixture> pickle_fixtures() {
  std::vector<LegacyFixture> fixtures;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(legacy_folder())) {
    const std::filesystem::path sidecar = entry.path().parent_path() / (entry.path().stem().string() + ".expected.json");
    if (entry.path().extension() != ".pkl" || !std::filesystem::exists(sidecar)) continue;
    fixtures.push_back({entry.path(), core::read_file(entry.path(), 1 << 20),
                        Json::parse(core::read_file(sidecar, 8 << 20))});
  }
  std::ranges::sort(fixtures, {}, &LegacyFixture::file);
  return fixtures;
}

inline std::string legacy_file(const std::string& name) { return core::read_file(legacy_folder() / name, 8 << 20); }

// Equality as Python's ==: 1 and 1.0 are equal, order of keys does not count.
inline bool same_json(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number() && !a.is_big_integer() && !b.is_big_integer()) return a.as_real() == b.as_real();
  if (a.is_array() && b.is_array())
    return std::ranges::equal(a.as_array(), b.as_array(), same_json);
  if (a.is_object() && b.is_object())
    return a.size() == b.size() && std::ranges::all_of(a.as_object(), [&](const auto& member) {
             const Json* other = b.find(member.first);
             return other != nullptr && same_json(member.second, *other);
           });
  return a == b;
}

}  // namespace planwise::testing
