// Any bytes as a lever file: read or refused by invalid_argument, nothing else. What is read finds every name it gives,
// holds its own defaults for valid, and takes them through the other form and back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "planwise/error.h"
#include "planwise/levers.h"

namespace {

using namespace planwise;

std::optional<LeverSchema> read(std::string_view text) {
  try {
    return LeverSchema::from_text(text, "fuzz");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_argument) std::abort();
    return std::nullopt;
  }
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::optional<LeverSchema> schema = read(text);
  if (!schema) return 0;
  for (const std::string& name : schema->names()) require(schema->find(name).has_value());
  const Json defaults = schema->defaults();
  require(validate_levers(*schema, defaults).valid());
  require(from_tuning_form(*schema, to_tuning_form(*schema, defaults).levers).levers == defaults);
  (void)to_json(*schema).dump();
  (void)schema->search_bounds().dump();
  (void)to_json(assess_saved_set(*schema, defaults, Timestamp{0})).dump();
  // Of the shipped levers: names in both files change, the others are told.
  (void)to_json(assess_change(*schema, defaults, LeverSchema::shipped().defaults())).dump();
  return 0;
}
