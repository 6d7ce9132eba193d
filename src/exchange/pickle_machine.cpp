// The stack machine. Instructions are named as in Python's pickletools. Everything is checked that a hostile stream could
// get wrong: items below the last MARK are out of reach, lengths are compared with the bytes that remain, and STOP
// wants exactly one value.
#include <array>
#include <bit>
#include <unordered_map>

#include <fmt/format.h>

#include "exchange/pickle_builder.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

class Machine {
 public:
  Machine(std::string_view bytes, const PickleLimits& limits) : bytes_(bytes), builder_(limits, bytes.size()) {}

  PickleValue run() {
    if (bytes_.empty()) throw Error(ErrorCode::corrupt, "pickle, byte 0: the file is empty");
    while (!stopped_) {
      start_ = at_;
      try {
        step();
      } catch (const Error& error) {
        throw Error(error.code() == ErrorCode::unsupported ? ErrorCode::unsupported : ErrorCode::corrupt,
                    fmt::format("pickle, byte {}: {}", start_, error.what()));
      }
    }
    return PickleValue(std::move(builder_).finish(), result_);
  }

 private:
  [[noreturn]] static void corrupt(const std::string& message) { throw Error(ErrorCode::corrupt, message); }

  void step() {
    const auto code = static_cast<unsigned char>(take(1)[0]);
    if (step_scalar(code) || step_text(code) || step_container(code) || step_stack(code) || step_call(code)) return;
    throw Error(ErrorCode::unsupported, at_ == 1 ? fmt::format("{:#04x} begins no pickle", code)
                                                 : fmt::format("the instruction {:#04x}", code));
  }

  // --- the stream
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_)
      corrupt(fmt::format("{} bytes are needed at byte {}, {} are left", count, at_, bytes_.size() - at_));
    const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return taken;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    const std::string_view taken = take(count);
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(taken[i]);
    return value;
  }
  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) corrupt("a line without an end");
    const std::string_view taken = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return taken;
  }

  // --- the stack
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  void push(PickleRef ref) { builder_.push(stack_, ref); }
  PickleRef pop() {
    if (stack_.size() <= floor()) corrupt("the stack is empty");
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  [[nodiscard]] PickleRef top() const {
    if (stack_.size() <= floor()) corrupt("the stack is empty");
    return stack_.back();
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) corrupt("there is no MARK");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }

  // --- numbers
  PickleRef long_integer(std::uint64_t count) {
    const auto value = integer_from_bytes(take(count));
    if (!value) throw Error(ErrorCode::unsupported, fmt::format("an integer of {} bytes; at most 4300 digits", count));
    return builder_.integer(*value);
  }
  PickleRef decimal_integer(std::string_view text) {
    const auto value = integer_from_text(text);
    if (!value) corrupt(fmt::format("{} characters that are no integer of at most 4300 digits", text.size()));
    return builder_.integer(*value);
  }
  PickleRef small(std::int64_t value) { return builder_.integer({true, value, ""}); }

  bool step_scalar(unsigned char code) {
    switch (code) {
      case 'N': push(PickleBuilder::none); return true;
      case 0x88: push(PickleBuilder::yes); return true;
      case 0x89: push(PickleBuilder::no); return true;
      case 'I': {  // INT; 00 and 01 are booleans
        const std::string_view text = line();
        push(text == "00" ? PickleBuilder::no : text == "01" ? PickleBuilder::yes : decimal_integer(text));
        return true;
      }
      case 'L': push(decimal_integer(line())); return true;
      case 'J': push(small(static_cast<std::int32_t>(number(4)))); return true;
      case 'K': push(small(static_cast<std::int64_t>(number(1)))); return true;
      case 'M': push(small(static_cast<std::int64_t>(number(2)))); return true;
      case 0x8A: push(long_integer(number(1))); return true;
      case 0x8B: {
        const auto count = static_cast<std::int32_t>(number(4));
        if (count < 0) corrupt("an integer of a negative number of bytes");
        push(long_integer(static_cast<std::uint64_t>(count)));
        return true;
      }
      case 'F': {
        const auto value = real_from_text(line());
        if (!value) corrupt("a text that is no number");
        push(builder_.real(*value));
        return true;
      }
      case 'G': {
        std::uint64_t bits = 0;
        for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
        push(builder_.real(std::bit_cast<double>(bits)));
        return true;
      }
      default: return false;
    }
  }

  bool step_text(unsigned char code) {
    switch (code) {
      case 'S': {
        const auto bytes = from_quoted_literal(line());
        if (!bytes) corrupt("a STRING that is not quoted");
        push(builder_.old_text(*bytes));
        return true;
      }
      case 'T': {
        const auto count = static_cast<std::int32_t>(number(4));
        if (count < 0) corrupt("a text of a negative number of bytes");
        push(builder_.old_text(take(static_cast<std::uint64_t>(count))));
        return true;
      }
      case 'U': push(builder_.old_text(take(number(1)))); return true;
      case 'V': {
        const auto text = from_raw_unicode_escape(line());
        if (!text) corrupt("a text with a broken \\u escape");
        push(builder_.text(*text));
        return true;
      }
      case 'X': push(builder_.text(take(number(4)))); return true;
      case 0x8C: push(builder_.text(take(number(1)))); return true;
      case 0x8D: push(builder_.text(take(number(8)))); return true;
      case 'B': push(builder_.leaf(PickleKind::bytes, take(number(4)))); return true;
      case 'C': push(builder_.leaf(PickleKind::bytes, take(number(1)))); return true;
      case 0x8E: push(builder_.leaf(PickleKind::bytes, take(number(8)))); return true;
      case 0x96: push(builder_.leaf(PickleKind::byte_array, take(number(8)))); return true;
      default: return false;
    }
  }

  void put_pairs(PickleRef map, const std::vector<PickleRef>& items) {
    if (items.size() % 2 != 0) corrupt("a key without a value");
    for (std::size_t i = 0; i < items.size(); i += 2) builder_.put(map, items[i], items[i + 1]);
  }
  PickleRef tuple_of(std::size_t count) {
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return builder_.list(PickleKind::tuple, std::move(items));
  }

  bool step_container(unsigned char code) {
    switch (code) {
      case ']': push(builder_.list(PickleKind::list)); return true;
      case ')': push(builder_.list(PickleKind::tuple)); return true;
      case '}': push(builder_.map(PickleKind::dict)); return true;
      case 0x8F: push(builder_.map(PickleKind::set)); return true;
      case 'l': push(builder_.list(PickleKind::list, pop_to_mark())); return true;
      case 't': push(builder_.list(PickleKind::tuple, pop_to_mark())); return true;
      case 0x85: push(tuple_of(1)); return true;
      case 0x86: push(tuple_of(2)); return true;
      case 0x87: push(tuple_of(3)); return true;
      case 'd': {
        const auto items = pop_to_mark();
        const PickleRef map = builder_.map(PickleKind::dict);
        put_pairs(map, items);
        push(map);
        return true;
      }
      case 0x91: {
        const auto items = pop_to_mark();
        push(builder_.frozen_set(items));
        return true;
      }
      case 'a': {
        const PickleRef item = pop();
        builder_.append(top(), item);
        return true;
      }
      case 'e': {
        const auto items = pop_to_mark();
        for (const PickleRef item : items) builder_.append(top(), item);
        return true;
      }
      case 's': {
        const PickleRef value = pop();
        const PickleRef key = pop();
        builder_.put(top(), key, value);
        return true;
      }
      case 'u': {
        const auto items = pop_to_mark();
        put_pairs(top(), items);
        return true;
      }
      case 0x90: {
        const auto items = pop_to_mark();
        for (const PickleRef item : items) builder_.add(top(), item);
        return true;
      }
      default: return false;
    }
  }

  // --- the memo: dense as picklers number it, with room for gaps an optimizer of pickles leaves
  void remember(std::uint64_t index) {
    const PickleRef ref = top();
    if (index > bytes_.size())
      corrupt(fmt::format("memo index {} in a stream of {} bytes", index, bytes_.size()));
    if (const auto far = far_memo_.find(index); far != far_memo_.end()) {
      far->second = ref;
      return;
    }
    if (index >= memo_.size() + 1024) {
      builder_.charge(64);
      far_memo_.emplace(index, ref);
      ++remembered_;
      return;
    }
    while (memo_.size() <= index) builder_.push(memo_, absent);
    PickleRef& place = memo_[static_cast<std::size_t>(index)];
    if (place == absent) ++remembered_;
    place = ref;
  }
  [[nodiscard]] PickleRef recall(std::uint64_t index) const {
    if (index < memo_.size() && memo_[static_cast<std::size_t>(index)] != absent)
      return memo_[static_cast<std::size_t>(index)];
    if (const auto far = far_memo_.find(index); far != far_memo_.end()) return far->second;
    corrupt(fmt::format("memo index {} holds nothing", index));
  }
  std::uint64_t memo_index() {
    const std::string_view text = line();
    const auto index = integer_from_text(text);
    if (!index || !index->fits || index->value < 0) corrupt("a memo index that is no count");
    return static_cast<std::uint64_t>(index->value);
  }

  void stop() {
    if (!marks_.empty()) corrupt("STOP with a MARK left");
    if (stack_.size() != 1) corrupt(fmt::format("STOP with {} values on the stack", stack_.size()));
    result_ = stack_[0];
    stopped_ = true;
  }

  bool step_stack(unsigned char code) {
    switch (code) {
      case '.': stop(); return true;
      case '(': builder_.push(marks_, stack_.size()); return true;
      case '0':  // POP also takes a MARK
        if (!marks_.empty() && stack_.size() == marks_.back()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return true;
      case '1': pop_to_mark(); return true;
      case '2': push(top()); return true;
      case 'p': remember(memo_index()); return true;
      case 'q': remember(number(1)); return true;
      case 'r': remember(number(4)); return true;
      case 0x94: remember(remembered_); return true;
      case 'g': push(recall(memo_index())); return true;
      case 'h': push(recall(number(1))); return true;
      case 'j': push(recall(number(4))); return true;
      case 0x80: {
        const std::uint64_t protocol = number(1);
        if (protocol > 5) throw Error(ErrorCode::unsupported, fmt::format("pickle protocol {}; known are 0-5", protocol));
        return true;
      }
      case 0x95: {
        const std::uint64_t length = number(8);
        if (length > bytes_.size() - at_)
          corrupt(fmt::format("a frame of {} bytes, {} are left", length, bytes_.size() - at_));
        return true;
      }
      default: return false;
    }
  }

  std::string name_part() {
    const PickleRef ref = pop();
    if (builder_.graph().kind(ref) != PickleKind::text) corrupt("a class named by something other than text");
    return builder_.graph().text(ref);
  }
  PickleRef empty_tuple() { return builder_.list(PickleKind::tuple); }

  bool step_call(unsigned char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = line();
        push(builder_.global(module, line()));
        return true;
      }
      case 0x93: {
        const std::string name = name_part();
        const std::string module = name_part();
        push(builder_.global(module, name));
        return true;
      }
      case 'R': {
        const PickleRef arguments = pop();
        const PickleRef callable = pop();
        push(builder_.call(callable, arguments));
        return true;
      }
      case 'i': {
        const std::string_view module = line();
        const PickleRef type = builder_.global(module, line());
        push(builder_.call(type, builder_.list(PickleKind::tuple, pop_to_mark())));
        return true;
      }
      case 'o': {
        auto items = pop_to_mark();
        if (items.empty()) corrupt("OBJ without a class");
        const PickleRef type = items.front();
        items.erase(items.begin());
        push(builder_.call(type, builder_.list(PickleKind::tuple, std::move(items))));
        return true;
      }
      case 0x81: {
        const PickleRef arguments = pop();
        const PickleRef type = pop();
        push(builder_.instantiate(type, arguments));
        return true;
      }
      case 0x92: {  // NEWOBJ_EX
        const PickleRef named = pop();
        if (builder_.graph().kind(named) != PickleKind::dict || !builder_.graph().map(named).items.empty())
          throw Error(ErrorCode::unsupported, "an object made with named arguments");
        const PickleRef arguments = pop();
        const PickleRef type = pop();
        push(builder_.instantiate(type, arguments));
        return true;
      }
      case 'b': {
        const PickleRef state = pop();
        builder_.build(top(), state);
        return true;
      }
      case 'P':
      case 'Q': throw Error(ErrorCode::unsupported, "a reference to an object outside the file (PERSID)");
      case 0x82:
      case 0x83:
      case 0x84: throw Error(ErrorCode::unsupported, "a class by extension code (EXT)");
      case 0x97:
      case 0x98: throw Error(ErrorCode::unsupported, "a buffer outside the file (NEXT_BUFFER)");
      default: return false;
    }
  }

  static constexpr PickleRef absent = 0xFFFFFFFFU;

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  // of the instruction being run
  PickleBuilder builder_;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::vector<PickleRef> memo_;
  std::unordered_map<std::uint64_t, PickleRef> far_memo_;
  std::uint64_t remembered_ = 0;  // places in use; MEMOIZE takes the next
  bool stopped_ = false;
  PickleRef result_ = 0;
};

}  // namespace

PickleValue read_pickle(std::string_view bytes, const PickleLimits& limits) { return Machine(bytes, limits).run(); }

}  // namespace planwise::exchange
