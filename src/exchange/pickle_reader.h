/// \file
/// Reads Python pickles, protocols 0 to 5, without Python and without running anything.
///
///     exchange::PickleValue value = exchange::read_pickle(bytes);
///     Json document = exchange::plain(value);
///
/// A pickle is a program for a small stack machine. This reader interprets it, but every "call" in it is one of a closed
/// list of constructors of plain data (dates, decimals, sets, numpy arrays, the records of the earlier implementation),
/// each with its argument types and ranges checked; any other name is refused when it is named, called or not.
/// Stricter than Python: no dotted names, no subclasses, no state with double-underscore names, no objects of other
/// modules, no length, memo index or shape that the bytes at hand cannot hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "planwise/json.h"

namespace planwise::exchange {

/// Bounds of one reading, all checked before memory is taken.
struct PickleLimits {
  std::size_t memory_bytes = std::size_t{32} << 20;     ///< What the values read may take for any stream ...
  std::size_t memory_factor = 4;                        ///< ... and for each byte of it on top.
  std::size_t work = std::size_t{40} << 20;             ///< Steps of hashing and comparing keys, 8 bytes each.
  std::size_t depth = 200;                              ///< Levels of nesting that plain() and tagged() follow.
  std::size_t expansion_bytes = std::size_t{8} << 20;   ///< What plain() or tagged() may take for any stream ...
  std::size_t expansion_factor = 24;                    ///< ... and for each byte of it on top.
};

struct PickleGraph;

/// What a pickle holds: values that may be shared or contain themselves. Immutable and cheap to copy; may be read by
/// several threads at once.
class PickleValue {
 public:
  PickleValue(std::shared_ptr<const PickleGraph> graph, std::uint32_t root) noexcept
      : graph_(std::move(graph)), root_(root) {}
  [[nodiscard]] const PickleGraph& graph() const noexcept { return *graph_; }
  [[nodiscard]] std::uint32_t root() const noexcept { return root_; }
  /// Python's name of the value's type: "dict", "list", "optimization_storage.OptimizationRun".
  [[nodiscard]] std::string type_name() const;

 private:
  std::shared_ptr<const PickleGraph> graph_;
  std::uint32_t root_;
};

/// Reads up to the STOP instruction; what follows it is ignored, as Python does.
/// Throws corrupt (the stream is broken or a value is out of range) or unsupported (a name, instruction or size this
/// reader does not accept), with the byte offset and what was found there.
[[nodiscard]] PickleValue read_pickle(std::string_view bytes, const PickleLimits& limits = {});

/// What a consumer of JSON wants: records and enum members become objects and texts, tuples and sets lists, numpy values
/// numbers and lists, times ISO 8601, decimals text, bytes base64, non-finite reals "NaN", "Infinity", "-Infinity", keys
/// that are no text their str(). Throws unsupported for a value that contains itself, is nested deeper than the limit or
/// takes more than the limit once everything shared is written out.
[[nodiscard]] Json plain(const PickleValue& value);

/// Lossless: what JSON has no type for is an object of one tag: $float, $int (beyond 2^53), $tuple, $set, $frozenset,
/// $bytes, $bytearray, $datetime, $date, $time, $timedelta_us, $decimal, $uuid, $path, $complex, $np, $ndarray, $dict,
/// $OrderedDict, $defaultdict, $Counter, $enum, $object, $str_surrogatepass_b64. Throws as plain() does.
[[nodiscard]] Json tagged(const PickleValue& value);

}  // namespace planwise::exchange
