/// \file
/// Reads a lever file and refuses what does not fit. Internal to levers.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"
#include "planwise/levers.h"

namespace planwise {

/// Every failure names the file, the key's path, its value and what is allowed.
class LeverSchemaReader {
 public:
  explicit LeverSchemaReader(std::string_view origin) : origin_(origin) {}
  [[nodiscard]] LeverSchema read(std::string_view text);

 private:
  [[noreturn]] void refuse(const std::string& path, const Json* value, std::string_view allowed) const;
  /// The object with no member but those named.
  void check_keys(const Json& object, const std::string& path, std::initializer_list<std::string_view> allowed) const;
  [[nodiscard]] const Json& need(const Json& object, const std::string& path, std::string_view key,
                                 std::string_view allowed) const;
  [[nodiscard]] double number(const Json& value, const std::string& path, double minimum, double maximum) const;
  [[nodiscard]] std::string text(const Json& object, const std::string& path, std::string_view key) const;
  [[nodiscard]] LeverBounds bounds(const Json& value, const std::string& path, const LeverBounds& within) const;

  void read_lever(const Json& entry, const std::string& path);
  void read_name(const Json& entry, const std::string& path, Lever& lever) const;
  void read_levels(const Json& entry, const std::string& path, Lever& lever) const;
  void read_values(const Json& entry, const std::string& path, Lever& lever) const;
  void read_scores(const Json& entry, const std::string& path, Lever& lever) const;
  [[nodiscard]] std::vector<LeverRule> rules(const Json* list, const std::string& path,
                                             std::initializer_list<std::string_view> tests,
                                             std::string_view outcome) const;
  /// Refuses names that two levers would have.
  void index_names();
  void read_market(const Json& market);
  void read_change_risk(const Json& change_risk);

  std::string origin_;
  LeverSchema schema_;
};

}  // namespace planwise
