/// \file
/// The names a pickle may mention. Internal to the pickle reader.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace planwise::exchange {

enum class PickleGlobal : std::uint8_t {
  datetime, date, time, timedelta, timezone, zone_info,
  decimal, uuid, posix_path, windows_path, complex_number,
  ordered_dict, default_dict, counter,
  set, frozen_set, bytes, byte_array, factory,  // factory: only as the argument of defaultdict
  getattr, object, reconstructor, new_object, encode,
  numpy_scalar, numpy_reconstruct, numpy_frombuffer, numpy_dtype, numpy_array,
  model, dataclass, enumeration,
};

/// The meaning of "module.name", or nullopt when it is not accepted. `name` with a dot is never accepted.
[[nodiscard]] std::optional<PickleGlobal> find_pickle_global(std::string_view module, std::string_view name) noexcept;

struct EnumMember {
  std::string_view name;
  std::string_view value;
};
/// The members of an accepted enum class of the earlier implementation, by its class name without module.
[[nodiscard]] std::span<const EnumMember> enum_members(std::string_view class_name) noexcept;

}  // namespace planwise::exchange
