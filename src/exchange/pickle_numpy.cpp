// numpy's scalars, arrays and item types. Only items of fixed plain types are accepted: an item type of objects would
// turn bytes of the file into pointers.
#include <charconv>

#include <fmt/format.h>

#include "exchange/pickle_builder.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t most_dimensions = 32;

// "f8", "U9", "b1": one letter and the size in its units.
std::optional<PickleDtype> dtype_from(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  PickleDtype dtype;
  dtype.type = text[0];
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > 1'000'000) return std::nullopt;
  const bool power = number == 1 || number == 2 || number == 4 || number == 8;
  const bool fits = (dtype.type == 'b' && number == 1) || ((dtype.type == 'i' || dtype.type == 'u') && power) ||
                    (dtype.type == 'f' && power && number > 1) || dtype.type == 'U' || dtype.type == 'S';
  if (!fits) return std::nullopt;
  dtype.size = dtype.type == 'U' ? number * 4 : number;
  dtype.order = dtype.size == 1 || dtype.type == 'S' ? '|' : '<';
  return dtype;
}

}  // namespace

PickleRef PickleBuilder::call_numpy(PickleGlobal global, PickleRef callable, const Arguments& arguments) {
  if (global == PickleGlobal::numpy_dtype) return make_dtype(callable, arguments);
  if (global == PickleGlobal::numpy_scalar) return make_scalar(callable, arguments);
  if (global == PickleGlobal::numpy_reconstruct) {  // _reconstruct(ndarray, (0,), b"b"), completed by BUILD
    const bool fits = arguments.size() == 3 && graph_->kind(arguments[0]) == PickleKind::global &&
                      global_of(arguments[0]) == PickleGlobal::numpy_array &&
                      graph_->kind(arguments[1]) == PickleKind::tuple && graph_->list(arguments[1]).size() == 1 &&
                      graph_->kind(graph_->list(arguments[1])[0]) == PickleKind::integer &&
                      graph_->node(graph_->list(arguments[1])[0]).integer == 0;
    if (!fits || graph_->texts[bytes_of(arguments[2])] != "b") refuse_arguments(callable, arguments);
    return make_array({});
  }
  if (global == PickleGlobal::numpy_frombuffer) {
    const bool fits = arguments.size() == 4 &&
                      (graph_->kind(arguments[0]) == PickleKind::bytes ||
                       graph_->kind(arguments[0]) == PickleKind::byte_array) &&
                      graph_->kind(arguments[1]) == PickleKind::dtype &&
                      (is_text(arguments[3], "C") || is_text(arguments[3], "F"));
    if (!fits) refuse_arguments(callable, arguments);
    return make_array(checked_array(graph_->dtypes[graph_->node(arguments[1]).index], arguments[2],
                                    graph_->node(arguments[0]).index, is_text(arguments[3], "F")));
  }
  refuse_arguments(callable, arguments);
}

PickleRef PickleBuilder::make_dtype(PickleRef callable, const Arguments& arguments) {
  const auto flag = [&](std::size_t at) {
    const PickleKind kind = graph_->kind(arguments[at]);
    return kind == PickleKind::boolean || kind == PickleKind::integer;
  };
  if (arguments.size() != 3 || graph_->kind(arguments[0]) != PickleKind::text || !flag(1) || !flag(2))
    refuse_arguments(callable, arguments);
  const auto dtype = dtype_from(graph_->text(arguments[0]));
  if (!dtype)
    throw Error(ErrorCode::unsupported,
                fmt::format("numpy items of type {:.20}; accepted are b1, i1-i8, u1-u8, f2-f8, U and S",
                            graph_->node(arguments[0]).surrogates ? "?" : graph_->text(arguments[0])));
  charge(sizeof(PickleDtype));
  graph_->dtypes.push_back(*dtype);
  return add_node(PickleKind::dtype, graph_->dtypes.size() - 1);
}

// (3, order, None, None, None, size, alignment, flags): no subarray, no fields.
void PickleBuilder::build_dtype(PickleRef target, PickleRef state) {
  PickleDtype& dtype = graph_->dtypes[graph_->node(target).index];
  if (dtype.built || graph_->kind(state) != PickleKind::tuple || graph_->list(state).size() != 8)
    throw Error(ErrorCode::corrupt, "numpy.dtype with a state that is none of it");
  const auto& parts = graph_->list(state);
  const auto is_integer = [&](std::size_t at) { return graph_->kind(parts[at]) == PickleKind::integer; };
  const auto integer_at = [&](std::size_t at) { return graph_->node(parts[at]).integer; };
  if (!is_integer(0) || integer_at(0) != 3 || graph_->kind(parts[1]) != PickleKind::text || !is_integer(5) ||
      !is_integer(6) || !is_integer(7))
    throw Error(ErrorCode::unsupported, "numpy.dtype with a state of another version than 3");
  if (parts[2] != none || parts[3] != none || parts[4] != none)
    throw Error(ErrorCode::unsupported, "numpy items with fields or subarrays");
  const bool flexible = dtype.type == 'U' || dtype.type == 'S';
  if (integer_at(5) != (flexible ? std::int64_t{dtype.size} : -1))
    throw Error(ErrorCode::corrupt, fmt::format("numpy.dtype of size {} for {}", integer_at(5), dtype.text()));
  const std::string& order = graph_->text(parts[1]);
  const bool single = dtype.size == 1 || dtype.type == 'S';
  if (order == "<" || order == ">" || order == "=") {
    if (!single && order == ">") dtype.order = '>';
  } else if (order != "|" || !(single || dtype.size == 0)) {
    throw Error(ErrorCode::corrupt, "numpy.dtype with an unknown byte order");
  }
  dtype.built = true;
}

PickleRef PickleBuilder::make_scalar(PickleRef callable, const Arguments& arguments) {
  if (arguments.size() != 2 || graph_->kind(arguments[0]) != PickleKind::dtype) refuse_arguments(callable, arguments);
  const PickleDtype& dtype = graph_->dtypes[graph_->node(arguments[0]).index];
  const std::string& bytes = graph_->texts[bytes_of(arguments[1])];
  if (bytes.size() != dtype.size)
    throw Error(ErrorCode::corrupt, fmt::format("a numpy scalar of type {} with {} bytes", dtype.text(), bytes.size()));
  charge(bytes.size() * 4);
  const PickleItem item = numpy_item(dtype, bytes);
  PickleRef value = none;
  switch (item.kind) {
    case PickleKind::boolean: value = item.integer != 0 ? yes : no; break;
    case PickleKind::integer: value = integer({true, item.integer, ""}); break;
    case PickleKind::big_integer: value = integer({false, 0, item.text}); break;
    case PickleKind::real: value = real(item.real); break;
    case PickleKind::text: value = text(item.text); break;
    default: value = leaf(PickleKind::bytes, item.text); break;
  }
  return list(PickleKind::scalar, {arguments[0], value});
}

PickleRef PickleBuilder::make_array(PickleArray array) {
  charge(sizeof(PickleArray) + array.shape.size() * sizeof(std::int64_t));
  graph_->arrays.push_back(std::move(array));
  return add_node(PickleKind::array, graph_->arrays.size() - 1);
}

// The shape must account for every byte.
PickleArray PickleBuilder::checked_array(const PickleDtype& dtype, PickleRef shape, std::uint32_t data,
                                         bool fortran) const {
  if (graph_->kind(shape) != PickleKind::tuple || graph_->list(shape).size() > most_dimensions)
    throw Error(ErrorCode::corrupt, "numpy.ndarray whose shape is no tuple of at most 32 lengths");
  PickleArray array;
  array.built = true;
  array.fortran = fortran;
  array.dtype = dtype;
  array.data = data;
  const std::size_t bytes = graph_->texts[data].size();
  std::uint64_t items = 1;
  bool empty = false;
  for (const PickleRef length : graph_->list(shape)) {
    const std::int64_t count = graph_->kind(length) == PickleKind::integer ? graph_->node(length).integer : -1;
    if (count < 0) throw Error(ErrorCode::corrupt, "numpy.ndarray with a length that is no count");
    array.shape.push_back(count);
    empty = empty || count == 0;
    // Stays below 2^63: once it passes the bytes at hand it grows no further.
    if (items <= bytes) items = static_cast<std::uint64_t>(count) > bytes ? bytes + 1 : items * static_cast<std::uint64_t>(count);
  }
  const std::uint64_t needed = empty ? 0 : items;
  if (needed > bytes || needed * dtype.size != bytes)
    throw Error(ErrorCode::corrupt,
                fmt::format("numpy.ndarray of type {} whose shape does not fit its {} bytes", dtype.text(), bytes));
  return array;
}

// (version, shape, dtype, Fortran order, bytes)
void PickleBuilder::build_array(PickleRef target, PickleRef state) {
  const std::uint32_t index = graph_->node(target).index;
  if (graph_->arrays[index].built || graph_->kind(state) != PickleKind::tuple || graph_->list(state).size() != 5)
    throw Error(ErrorCode::corrupt, "numpy.ndarray with a state that is none of it");
  const auto& parts = graph_->list(state);
  const bool fits = graph_->kind(parts[0]) == PickleKind::integer && graph_->node(parts[0]).integer == 1 &&
                    graph_->kind(parts[2]) == PickleKind::dtype &&
                    (graph_->kind(parts[3]) == PickleKind::boolean || graph_->kind(parts[3]) == PickleKind::integer);
  if (!fits) throw Error(ErrorCode::corrupt, "numpy.ndarray with a state that is none of it");
  const std::uint32_t data = bytes_of(parts[4]);
  PickleArray array = checked_array(graph_->dtypes[graph_->node(parts[2]).index], parts[1], data,
                                    graph_->node(parts[3]).integer != 0);
  charge(array.shape.size() * sizeof(std::int64_t));
  graph_->arrays[index] = std::move(array);
}

}  // namespace planwise::exchange
