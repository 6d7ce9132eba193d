/// \file
/// Makes the values of a pickle: counts memory, keeps keys unique, and stands in for the constructors a pickle may call.
/// Internal to the pickle reader. Errors carry no byte offset yet; the machine adds it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exchange/pickle_globals.h"
#include "exchange/pickle_graph.h"
#include "exchange/pickle_text.h"

namespace planwise::exchange {

class PickleBuilder {
 public:
  static constexpr PickleRef none = 0, no = 1, yes = 2;  // made first in every graph

  PickleBuilder(const PickleLimits& limits, std::size_t stream_bytes);

  /// Throws unsupported when the limit would be passed.
  void charge(std::size_t bytes);
  template <typename T>
  void push(std::vector<T>& values, T value) {
    if (values.size() == values.capacity()) {
      const std::size_t capacity = values.empty() ? 4 : values.size() * 2;
      charge((capacity - values.size()) * sizeof(T));
      values.reserve(capacity);
    }
    values.push_back(std::move(value));
  }

  PickleRef integer(const PickleInteger& value);
  PickleRef real(double value);
  PickleRef leaf(PickleKind kind, std::string_view text);
  /// Text of UTF-8 bytes; throws corrupt when they are none.
  PickleRef text(std::string_view utf8);
  /// A Python 2 str: text when ASCII.
  PickleRef old_text(std::string_view bytes);
  PickleRef list(PickleKind kind, std::vector<PickleRef> items = {});
  PickleRef map(PickleKind kind);
  PickleRef frozen_set(const std::vector<PickleRef>& items);
  /// A global by its names; throws unsupported when it is not on the list.
  PickleRef global(std::string_view module, std::string_view name);

  void append(PickleRef list, PickleRef item);
  void put(PickleRef map, PickleRef key, PickleRef value);
  void add(PickleRef set, PickleRef item);

  /// The instructions REDUCE, OBJ and INST; NEWOBJ; BUILD.
  PickleRef call(PickleRef callable, PickleRef arguments);
  PickleRef instantiate(PickleRef type, PickleRef arguments);
  void build(PickleRef target, PickleRef state);

  [[nodiscard]] const PickleGraph& graph() const noexcept { return *graph_; }
  [[nodiscard]] std::shared_ptr<const PickleGraph> finish() && { return std::move(graph_); }

 private:
  using Arguments = std::vector<PickleRef>;

  PickleRef add_node(PickleKind kind, std::size_t index);
  void insert(PickleMap& map, PickleRef key, PickleRef value);
  [[nodiscard]] std::size_t key_hash(PickleRef key);
  [[nodiscard]] bool same_key(PickleRef a, PickleRef b);
  void write_key(PickleRef key, std::string& out, std::size_t& parts);
  void work(std::size_t steps);

  [[nodiscard]] PickleGlobal global_of(PickleRef ref) const;
  [[noreturn]] void refuse_arguments(PickleRef callable, const Arguments& arguments) const;

  PickleRef call_builtin(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef call_collection(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef call_time(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef call_numpy(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef make_bytes(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef make_set(PickleKind kind, PickleRef callable, const Arguments& arguments);
  PickleRef make_path(PickleGlobal global, PickleRef callable, const Arguments& arguments);
  PickleRef make_enum(PickleRef type, PickleRef value, bool by_name);
  PickleRef make_attribute(PickleRef callable, const Arguments& arguments);
  PickleRef make_object(PickleRef type);
  PickleRef make_datetime(PickleRef callable, const Arguments& arguments);
  PickleRef make_dtype(PickleRef callable, const Arguments& arguments);
  PickleRef make_scalar(PickleRef callable, const Arguments& arguments);
  PickleRef make_array(PickleArray array);
  [[nodiscard]] std::string zone_suffix(PickleRef zone, const struct LocalTime* local) const;

  void build_object(PickleRef target, PickleRef state);
  void build_model(PickleObject& object, const PickleMap& state);
  void build_uuid(PickleRef target, PickleRef state);
  void build_dtype(PickleRef target, PickleRef state);
  void build_array(PickleRef target, PickleRef state);
  [[nodiscard]] PickleArray checked_array(const PickleDtype& dtype, PickleRef shape, std::uint32_t data,
                                          bool fortran) const;

  /// The table entry with the bytes of a bytes, bytearray or, as Python 2 wrote them, text of Latin-1; throws corrupt.
  std::uint32_t bytes_of(PickleRef ref);
  [[nodiscard]] bool is_text(PickleRef ref, std::string_view text) const;

  std::shared_ptr<PickleGraph> graph_;
  std::size_t limit_ = 0;  // of used_
  std::size_t used_ = 0;
  std::size_t worked_ = 0;
};

}  // namespace planwise::exchange
