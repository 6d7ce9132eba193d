#include "exchange/pickle_graph.h"

#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "exchange/pickle_text.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

// The item's bytes as an unsigned number.
std::uint64_t number_from(std::string_view bytes, bool big_endian) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[big_endian ? i : bytes.size() - 1 - i]);
    number = number << 8 | byte;
  }
  return number;
}

double half_precision(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  double value = 0;
  if (exponent == 0x1F) {
    value = fraction == 0 ? HUGE_VAL : std::nan("");
  } else {
    value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

std::string text_from_ucs4(std::string_view bytes, bool big_endian) {
  std::vector<std::uint32_t> code_points;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4)
    code_points.push_back(static_cast<std::uint32_t>(number_from(bytes.substr(i, 4), big_endian)));
  while (!code_points.empty() && code_points.back() == 0) code_points.pop_back();
  std::string text;
  for (const std::uint32_t code_point : code_points) {
    if (code_point > 0x10FFFF)
      throw Error(ErrorCode::corrupt, fmt::format("numpy text holds {:#x}, which is no code point", code_point));
    append_utf8(text, code_point);
  }
  return text;
}

}  // namespace

std::string PickleDtype::text() const { return fmt::format("{}{}{}", order, type, type == 'U' ? size / 4 : size); }

PickleItem numpy_item(const PickleDtype& dtype, std::string_view bytes) {
  const bool big_endian = dtype.order == '>';
  PickleItem item;
  if (dtype.type == 'U' || dtype.type == 'S') {
    item.kind = dtype.type == 'U' ? PickleKind::text : PickleKind::bytes;
    item.text = dtype.type == 'U' ? text_from_ucs4(bytes, big_endian) : std::string(bytes);
    if (dtype.type == 'S')
      while (!item.text.empty() && item.text.back() == '\0') item.text.pop_back();
    return item;
  }
  const std::uint64_t bits = number_from(bytes, big_endian);
  if (dtype.type == 'b') {
    item.kind = PickleKind::boolean;
    item.integer = bits != 0 ? 1 : 0;
  } else if (dtype.type == 'i') {
    const auto unused = static_cast<unsigned>(64 - 8 * dtype.size);
    item.kind = PickleKind::integer;
    item.integer = static_cast<std::int64_t>(bits << unused) >> unused;
  } else if (dtype.type == 'u') {
    item.kind = bits >> 63 == 0 ? PickleKind::integer : PickleKind::big_integer;
    item.integer = static_cast<std::int64_t>(bits);
    if (item.kind == PickleKind::big_integer) item.text = std::to_string(bits);
  } else {
    item.kind = PickleKind::real;
    if (dtype.size == 8) item.real = std::bit_cast<double>(bits);
    if (dtype.size == 4) item.real = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    if (dtype.size == 2) item.real = half_precision(bits);
  }
  return item;
}

std::string_view kind_name(PickleKind kind) noexcept {
  switch (kind) {
    case PickleKind::none: return "NoneType";
    case PickleKind::boolean: return "bool";
    case PickleKind::integer:
    case PickleKind::big_integer: return "int";
    case PickleKind::real: return "float";
    case PickleKind::text: return "str";
    case PickleKind::bytes: return "bytes";
    case PickleKind::old_bytes: return "str of Python 2";
    case PickleKind::byte_array: return "bytearray";
    case PickleKind::list: return "list";
    case PickleKind::tuple: return "tuple";
    case PickleKind::set: return "set";
    case PickleKind::frozen_set: return "frozenset";
    case PickleKind::dict: return "dict";
    case PickleKind::ordered_dict: return "collections.OrderedDict";
    case PickleKind::default_dict: return "collections.defaultdict";
    case PickleKind::counter: return "collections.Counter";
    case PickleKind::global: return "class or function";
    case PickleKind::zone_maker: return "zoneinfo.ZoneInfo._unpickle";
    case PickleKind::date: return "datetime.date";
    case PickleKind::time: return "datetime.time";
    case PickleKind::datetime: return "datetime.datetime";
    case PickleKind::timedelta: return "datetime.timedelta";
    case PickleKind::timezone: return "datetime.timezone";
    case PickleKind::zone_info: return "zoneinfo.ZoneInfo";
    case PickleKind::decimal: return "decimal.Decimal";
    case PickleKind::uuid: return "uuid.UUID";
    case PickleKind::path: return "pathlib path";
    case PickleKind::complex: return "complex";
    case PickleKind::enum_member: return "enum member";
    case PickleKind::object: return "object";
    case PickleKind::dtype: return "numpy.dtype";
    case PickleKind::scalar: return "numpy scalar";
    case PickleKind::array: return "numpy.ndarray";
  }
  return "value";
}

std::string type_name(const PickleGraph& graph, PickleRef ref) {
  const PickleNode& node = graph.node(ref);
  if (node.kind == PickleKind::object) return graph.text(graph.objects[node.index].type);
  if (node.kind == PickleKind::enum_member) return graph.text(graph.list(ref)[0]);
  return std::string(kind_name(node.kind));
}

std::string PickleValue::type_name() const { return exchange::type_name(*graph_, root_); }

}  // namespace planwise::exchange
