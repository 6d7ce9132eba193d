/// \file
/// The values of one pickle. Internal to the pickle reader.
///
/// Nodes are 16 bytes and refer to each other by index, so sharing and cycles cost nothing and neither building nor
/// freeing recurses. Whatever a node holds beyond that stands in a table of its kind. Every table entry is charged
/// against the memory limit before it is made.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "exchange/pickle_reader.h"

namespace planwise::exchange {

enum class PickleKind : std::uint8_t {
  none,
  boolean,      // integer
  integer,      // integer
  real,         // real
  big_integer,  // text: decimal digits
  text,         // text: UTF-8 in which lone surrogates may stand
  bytes,        // text
  old_bytes,    // text: a Python 2 str that is not ASCII
  byte_array,   // text
  list,         // list
  tuple,        // list
  set,          // map, keys only
  frozen_set,   // map, keys only
  dict,         // map
  ordered_dict,
  default_dict,
  counter,
  global,       // text: class path; integer: the PickleGlobal
  zone_maker,   // getattr(ZoneInfo, "_unpickle")
  date,         // text: ISO 8601
  time,
  datetime,     // text: ISO 8601
  timedelta,    // text: microseconds in decimal
  timezone,     // integer: microseconds east of UTC
  zone_info,    // text: IANA name
  decimal,      // text as str() writes it
  uuid,         // text; empty until BUILD
  path,         // text
  complex,      // list of two reals
  enum_member,  // list: class global, value
  object,       // object
  dtype,        // dtype
  scalar,       // list: dtype, value
  array,        // array
};

using PickleRef = std::uint32_t;

struct PickleNode {
  PickleKind kind = PickleKind::none;
  bool surrogates = false;  // of text: lone surrogates occur
  std::uint32_t index = 0;  // into the table of the kind
  union {
    std::int64_t integer = 0;
    double real;
  };
};

struct PickleMap {
  std::vector<std::pair<PickleRef, PickleRef>> items;  // keys are unique, in order of insertion
  std::unique_ptr<std::unordered_multimap<std::size_t, std::uint32_t>> by_hash;  // made once there are many items
};

struct PickleObject {
  PickleRef type = 0;
  bool built = false;
  PickleRef fields = 0;
  PickleRef extra = 0;       // 0 or a dict of further fields
  PickleRef fields_set = 0;  // 0 or a set of names
};

struct PickleDtype {
  char type = 'f';          // b i u f U S
  char order = '<';         // < > |
  bool built = false;
  std::uint32_t size = 8;   // bytes of one item
  [[nodiscard]] std::string text() const;
};

struct PickleArray {
  bool built = false;
  bool fortran = false;
  PickleDtype dtype;
  std::vector<std::int64_t> shape;
  std::uint32_t data = 0;  // into texts
};

struct PickleGraph {
  std::deque<PickleNode> nodes;
  std::deque<std::string> texts;
  std::deque<std::vector<PickleRef>> lists;
  std::deque<PickleMap> maps;
  std::deque<PickleObject> objects;
  std::deque<PickleDtype> dtypes;
  std::deque<PickleArray> arrays;
  PickleLimits limits;
  std::size_t stream_bytes = 0;

  [[nodiscard]] const PickleNode& node(PickleRef ref) const { return nodes[ref]; }
  [[nodiscard]] PickleKind kind(PickleRef ref) const { return nodes[ref].kind; }
  [[nodiscard]] const std::string& text(PickleRef ref) const { return texts[nodes[ref].index]; }
  [[nodiscard]] const std::vector<PickleRef>& list(PickleRef ref) const { return lists[nodes[ref].index]; }
  [[nodiscard]] const PickleMap& map(PickleRef ref) const { return maps[nodes[ref].index]; }
};

/// Python's name for a kind, for messages: "dict", "datetime.datetime".
[[nodiscard]] std::string_view kind_name(PickleKind kind) noexcept;
[[nodiscard]] std::string type_name(const PickleGraph& graph, PickleRef ref);

[[nodiscard]] constexpr bool is_map(PickleKind kind) noexcept {
  return kind == PickleKind::dict || kind == PickleKind::ordered_dict || kind == PickleKind::default_dict ||
         kind == PickleKind::counter;
}

/// One numpy item as a node's content.
struct PickleItem {
  PickleKind kind = PickleKind::none;  // boolean, integer, big_integer, real, text or bytes
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
};
/// Throws invalid_argument when the bytes are no such item (a code point beyond Unicode).
[[nodiscard]] PickleItem numpy_item(const PickleDtype& dtype, std::string_view bytes);

}  // namespace planwise::exchange
