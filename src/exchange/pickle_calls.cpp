// What the instructions REDUCE, NEWOBJ and BUILD may do: the constructors of plain data, each with exactly the arguments
// that Python's own picklers write for it.
#include <algorithm>

#include <fmt/format.h>

#include "exchange/pickle_builder.h"
#include "exchange/pickle_time.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

// str(PurePosixPath(*parts)).
std::string posix_path(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) {
    if (part.starts_with('/')) joined.clear();
    if (!joined.empty() && joined.back() != '/') joined += '/';
    joined += part;
  }
  const std::size_t slashes = std::min(joined.find_first_not_of('/'), joined.size());
  std::string path = slashes == 0 ? "" : slashes == 2 ? "//" : "/";
  const std::size_t root = path.size();
  for (std::size_t at = slashes; at < joined.size();) {
    const std::size_t end = std::min(joined.find('/', at), joined.size());
    const std::string_view name = std::string_view(joined).substr(at, end - at);
    if (!name.empty() && name != ".") {
      if (path.size() > root) path += '/';
      path += name;
    }
    at = end + 1;
  }
  return path.empty() ? "." : path;
}

// str(PureWindowsPath(*parts)) for names below an optional drive; nullopt for other anchors (shares, "C:name").
std::optional<std::string> windows_path(const std::vector<std::string>& parts) {
  std::string drive;
  std::string path;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string part = parts[i];
    std::ranges::replace(part, '/', '\\');
    const bool anchored = i == 0 && part.size() >= 3 && part.substr(1, 2) == ":\\";
    if (anchored) {
      drive = part.substr(0, 3);
      part.erase(0, 3);
    }
    if (part.starts_with('\\') || part.find(':') != std::string::npos) return std::nullopt;
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t end = std::min(part.find('\\', at), part.size());
      const std::string_view name = std::string_view(part).substr(at, end - at);
      if (!name.empty() && name != ".") path += (path.empty() ? "" : "\\") + std::string(name);
      at = end + 1;
    }
  }
  return drive.empty() && path.empty() ? "." : drive + path;
}

bool is_zone_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("_+-/").find(c) != std::string_view::npos;
         });
}

}  // namespace

PickleGlobal PickleBuilder::global_of(PickleRef ref) const {
  return static_cast<PickleGlobal>(graph_->node(ref).integer);
}

bool PickleBuilder::is_text(PickleRef ref, std::string_view text) const {
  return graph_->kind(ref) == PickleKind::text && graph_->text(ref) == text;
}

void PickleBuilder::refuse_arguments(PickleRef callable, const Arguments& arguments) const {
  std::string kinds;
  for (std::size_t i = 0; i < arguments.size() && i < 8; ++i)
    kinds += (i == 0 ? "" : ", ") + type_name(*graph_, arguments[i]);
  throw Error(ErrorCode::corrupt,
              fmt::format("{} does not accept the arguments ({})", graph_->text(callable), kinds));
}

PickleRef PickleBuilder::call(PickleRef callable, PickleRef arguments) {
  if (graph_->kind(arguments) != PickleKind::tuple)
    throw Error(ErrorCode::corrupt, fmt::format("the arguments of a call are a {}", type_name(*graph_, arguments)));
  const Arguments& values = graph_->list(arguments);
  if (graph_->kind(callable) == PickleKind::zone_maker) {
    const bool fits = values.size() == 2 && graph_->kind(values[0]) == PickleKind::text &&
                      (graph_->kind(values[1]) == PickleKind::boolean || graph_->kind(values[1]) == PickleKind::integer);
    if (!fits || !is_zone_name(graph_->text(values[0])))
      throw Error(ErrorCode::corrupt, "zoneinfo.ZoneInfo._unpickle without the name of a zone");
    return leaf(PickleKind::zone_info, graph_->text(values[0]));
  }
  if (graph_->kind(callable) != PickleKind::global)
    throw Error(ErrorCode::corrupt, fmt::format("a {} is called", type_name(*graph_, callable)));
  const PickleGlobal global = global_of(callable);
  if (global <= PickleGlobal::zone_info) return call_time(global, callable, values);
  if (global >= PickleGlobal::numpy_scalar && global <= PickleGlobal::numpy_array)
    return call_numpy(global, callable, values);
  if (global >= PickleGlobal::ordered_dict && global <= PickleGlobal::frozen_set)
    return call_collection(global, callable, values);
  return call_builtin(global, callable, values);
}

PickleRef PickleBuilder::call_builtin(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  switch (global) {
    case PickleGlobal::decimal: {
      if (arguments.size() != 1 || graph_->kind(arguments[0]) != PickleKind::text) break;
      const auto number = decimal_text(graph_->text(arguments[0]));
      if (!number) throw Error(ErrorCode::corrupt, "decimal.Decimal of a text that is no number it accepts");
      return leaf(PickleKind::decimal, *number);
    }
    case PickleGlobal::complex_number: {
      if (arguments.size() != 2 || graph_->kind(arguments[0]) != PickleKind::real ||
          graph_->kind(arguments[1]) != PickleKind::real)
        break;
      return list(PickleKind::complex, Arguments(arguments));
    }
    case PickleGlobal::posix_path:
    case PickleGlobal::windows_path: return make_path(global, callable, arguments);
    case PickleGlobal::bytes:
    case PickleGlobal::byte_array:
    case PickleGlobal::encode: return make_bytes(global, callable, arguments);
    case PickleGlobal::getattr: return make_attribute(callable, arguments);
    case PickleGlobal::enumeration:
      if (arguments.size() != 1) break;
      return make_enum(callable, arguments[0], false);
    case PickleGlobal::reconstructor:  // copyreg._reconstructor(class, object, None)
      if (arguments.size() != 3 || graph_->kind(arguments[0]) != PickleKind::global ||
          graph_->kind(arguments[1]) != PickleKind::global || global_of(arguments[1]) != PickleGlobal::object ||
          arguments[2] != none)
        break;
      return make_object(arguments[0]);
    case PickleGlobal::new_object:
      if (arguments.size() != 1 || graph_->kind(arguments[0]) != PickleKind::global) break;
      return make_object(arguments[0]);
    default: break;
  }
  refuse_arguments(callable, arguments);
}

PickleRef PickleBuilder::call_collection(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  if (global == PickleGlobal::set) return make_set(PickleKind::set, callable, arguments);
  if (global == PickleGlobal::frozen_set) return make_set(PickleKind::frozen_set, callable, arguments);
  if (arguments.size() > 1) refuse_arguments(callable, arguments);
  if (global == PickleGlobal::default_dict) {
    const bool factory = arguments.empty() || arguments[0] == none ||
                         (graph_->kind(arguments[0]) == PickleKind::global &&
                          (global_of(arguments[0]) == PickleGlobal::factory ||
                           (global_of(arguments[0]) >= PickleGlobal::complex_number &&
                            global_of(arguments[0]) <= PickleGlobal::frozen_set)));
    if (!factory) refuse_arguments(callable, arguments);
    return map(PickleKind::default_dict);
  }
  const PickleRef result = map(global == PickleGlobal::counter ? PickleKind::counter : PickleKind::ordered_dict);
  if (arguments.empty()) return result;
  PickleMap& made = graph_->maps[graph_->node(result).index];
  if (graph_->kind(arguments[0]) == PickleKind::dict) {
    for (const auto& [key, value] : graph_->map(arguments[0]).items) insert(made, key, value);
    return result;
  }
  // Python 2 writes an OrderedDict as a list of [key, value].
  if (global != PickleGlobal::ordered_dict || graph_->kind(arguments[0]) != PickleKind::list)
    refuse_arguments(callable, arguments);
  for (const PickleRef pair : graph_->list(arguments[0])) {
    const bool fits = (graph_->kind(pair) == PickleKind::list || graph_->kind(pair) == PickleKind::tuple) &&
                      graph_->list(pair).size() == 2;
    if (!fits) refuse_arguments(callable, arguments);
    insert(made, graph_->list(pair)[0], graph_->list(pair)[1]);
  }
  return result;
}

PickleRef PickleBuilder::make_set(PickleKind kind, PickleRef callable, const Arguments& arguments) {
  if (arguments.size() > 1 || (!arguments.empty() && graph_->kind(arguments[0]) != PickleKind::list))
    refuse_arguments(callable, arguments);
  const PickleRef result = map(kind);
  if (!arguments.empty())
    for (const PickleRef item : graph_->list(arguments[0]))
      insert(graph_->maps[graph_->node(result).index], item, none);
  return result;
}

// bytes() and _codecs.encode(text, "latin1") for bytes; bytearray(), bytearray(bytes) and bytearray(text, "latin-1").
PickleRef PickleBuilder::make_bytes(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  const PickleKind kind = global == PickleGlobal::byte_array ? PickleKind::byte_array : PickleKind::bytes;
  if (arguments.empty() && global != PickleGlobal::encode) return leaf(kind, "");
  if (arguments.size() == 1 && global == PickleGlobal::byte_array && graph_->kind(arguments[0]) == PickleKind::bytes)
    return leaf(kind, graph_->text(arguments[0]));
  if (arguments.size() != 2 || global == PickleGlobal::bytes || graph_->kind(arguments[0]) != PickleKind::text ||
      !(is_text(arguments[1], "latin1") || is_text(arguments[1], "latin-1")))
    refuse_arguments(callable, arguments);
  const auto bytes = latin1_from_utf8(graph_->text(arguments[0]));
  if (!bytes) refuse_arguments(callable, arguments);
  return leaf(kind, *bytes);
}

PickleRef PickleBuilder::make_path(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  std::vector<std::string> parts;
  std::size_t total = 0;
  for (const PickleRef part : arguments) {
    if (graph_->kind(part) != PickleKind::text || graph_->node(part).surrogates) refuse_arguments(callable, arguments);
    total += graph_->text(part).size() + 1;
    if (total > 32'768) throw Error(ErrorCode::unsupported, "a path of more than 32768 bytes");
    parts.push_back(graph_->text(part));
  }
  if (global == PickleGlobal::posix_path) return leaf(PickleKind::path, posix_path(parts));
  const auto path = windows_path(parts);
  if (!path) refuse_arguments(callable, arguments);
  return leaf(PickleKind::path, *path);
}

PickleRef PickleBuilder::make_enum(PickleRef type, PickleRef value, bool by_name) {
  const std::string& path = graph_->text(type);
  const auto members = enum_members(std::string_view(path).substr(path.rfind('.') + 1));
  if (graph_->kind(value) == PickleKind::text)
    for (const EnumMember& member : members)
      if (graph_->text(value) == (by_name ? member.name : member.value))
        return list(PickleKind::enum_member, {type, by_name ? text(member.value) : value});
  std::string allowed;
  for (const EnumMember& member : members)
    allowed += (allowed.empty() ? "" : ", ") + std::string(by_name ? member.name : member.value);
  throw Error(ErrorCode::corrupt, fmt::format("{} has no such member; allowed are {}", path, allowed));
}

// Python 3.11.0 to 3.11.3 write an enum member as getattr(class, "NAME"), zoneinfo its constructor likewise.
PickleRef PickleBuilder::make_attribute(PickleRef callable, const Arguments& arguments) {
  if (arguments.size() == 2 && graph_->kind(arguments[0]) == PickleKind::global) {
    const PickleGlobal owner = global_of(arguments[0]);
    if (owner == PickleGlobal::enumeration) return make_enum(arguments[0], arguments[1], true);
    if (owner == PickleGlobal::zone_info && is_text(arguments[1], "_unpickle"))
      return add_node(PickleKind::zone_maker, 0);
  }
  refuse_arguments(callable, arguments);
}

PickleRef PickleBuilder::make_object(PickleRef type) {
  const PickleGlobal global = global_of(type);
  if (global == PickleGlobal::uuid) return leaf(PickleKind::uuid, "");
  if (global != PickleGlobal::model && global != PickleGlobal::dataclass)
    throw Error(ErrorCode::unsupported, fmt::format("an object of {} made without its constructor", graph_->text(type)));
  charge(sizeof(PickleObject));
  graph_->objects.emplace_back().type = type;
  return add_node(PickleKind::object, graph_->objects.size() - 1);
}

PickleRef PickleBuilder::instantiate(PickleRef type, PickleRef arguments) {
  if (graph_->kind(type) != PickleKind::global)
    throw Error(ErrorCode::corrupt, fmt::format("an object of a {}", type_name(*graph_, type)));
  if (graph_->kind(arguments) != PickleKind::tuple || !graph_->list(arguments).empty())
    throw Error(ErrorCode::unsupported, fmt::format("an object of {} made with arguments", graph_->text(type)));
  return make_object(type);
}

PickleRef PickleBuilder::call_time(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  if (global == PickleGlobal::datetime) return make_datetime(callable, arguments);
  if (global == PickleGlobal::date && arguments.size() == 1) {
    const auto date = date_text(graph_->texts[bytes_of(arguments[0])]);
    if (!date) throw Error(ErrorCode::corrupt, "datetime.date of no calendar day");
    return leaf(PickleKind::date, *date);
  }
  if (global == PickleGlobal::time && (arguments.size() == 1 || arguments.size() == 2)) {
    const auto clock = time_text(graph_->texts[bytes_of(arguments[0])]);
    if (!clock) throw Error(ErrorCode::corrupt, "datetime.time of no time of a day");
    return leaf(PickleKind::time, *clock + (arguments.size() == 2 ? zone_suffix(arguments[1], nullptr) : ""));
  }
  if (global == PickleGlobal::timedelta && arguments.size() == 3 &&
      std::ranges::all_of(arguments, [&](PickleRef part) { return graph_->kind(part) == PickleKind::integer; })) {
    const auto part = [&](std::size_t at) { return graph_->node(arguments[at]).integer; };
    const auto microseconds = timedelta_text(part(0), part(1), part(2));
    if (!microseconds) throw Error(ErrorCode::corrupt, "datetime.timedelta with a part out of its range");
    return leaf(PickleKind::timedelta, *microseconds);
  }
  if (global == PickleGlobal::timezone && (arguments.size() == 1 || arguments.size() == 2) &&
      graph_->kind(arguments[0]) == PickleKind::timedelta &&
      (arguments.size() == 1 || graph_->kind(arguments[1]) == PickleKind::text)) {
    const auto offset = integer_from_text(graph_->text(arguments[0]));
    constexpr std::int64_t day = 86'400'000'000;
    if (!offset || !offset->fits || offset->value <= -day || offset->value >= day)
      throw Error(ErrorCode::corrupt, "datetime.timezone of a day or more");
    const PickleRef zone = add_node(PickleKind::timezone, 0);
    graph_->nodes[zone].integer = offset->value;
    return zone;
  }
  refuse_arguments(callable, arguments);
}

PickleRef PickleBuilder::make_datetime(PickleRef callable, const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 2) refuse_arguments(callable, arguments);
  const auto local = local_time(graph_->texts[bytes_of(arguments[0])]);
  if (!local) throw Error(ErrorCode::corrupt, "datetime.datetime of no calendar day or time of a day");
  return leaf(PickleKind::datetime, local->text + (arguments.size() == 2 ? zone_suffix(arguments[1], &*local) : ""));
}

// What isoformat() appends for a zone; a time alone (no `local`) has no offset in a zone with rules.
std::string PickleBuilder::zone_suffix(PickleRef zone, const LocalTime* local) const {
  if (zone == none) return "";
  if (graph_->kind(zone) == PickleKind::timezone) return offset_text(graph_->node(zone).integer);
  if (graph_->kind(zone) == PickleKind::zone_info)
    return local == nullptr ? "" : offset_text(zone_offset(*local, graph_->text(zone)));
  throw Error(ErrorCode::corrupt, fmt::format("a {} as a time zone", type_name(*graph_, zone)));
}

std::uint32_t PickleBuilder::bytes_of(PickleRef ref) {
  switch (graph_->kind(ref)) {
    case PickleKind::bytes:
    case PickleKind::old_bytes:
    case PickleKind::byte_array: return graph_->node(ref).index;
    case PickleKind::text: {
      const auto bytes = latin1_from_utf8(graph_->text(ref));
      if (bytes) return graph_->node(leaf(PickleKind::bytes, *bytes)).index;
      break;
    }
    default: break;
  }
  throw Error(ErrorCode::corrupt, fmt::format("a {} in the place of bytes", type_name(*graph_, ref)));
}

}  // namespace planwise::exchange
