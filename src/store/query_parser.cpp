// A recursive descent parser without a separate list of tokens: what a character means depends on where it stands (a
// colon ends a field but belongs to a time, a comma ends a value only within a list).
#include "store/query_parser.h"

#include <algorithm>
#include <cctype>

#include "store/query_text.h"

namespace planwise::store {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_keyword(std::string_view word, std::string_view keyword) {
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

enum class LiteralPlace { alone, in_list };

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  QueryNode whole() {
    check_text();
    skip_blanks();
    if (at_end()) return {};
    QueryNode node = alternatives(0);
    if (!at_end()) refuse(at_, "')' without a '(' before it");  // alternatives() stops at nothing else
    return node;
  }

  QueryField only_field() {
    check_text();
    const std::size_t end = scan_name(0);
    if (end == 0 || end != text_.size()) refuse(end, "expected the name of a field");
    return split_field(0, end);
  }

 private:
  [[noreturn]] void refuse(std::size_t position, const std::string& what) const { refuse_query(text_, position, what); }

  void check_text() const {
    if (text_.size() > query_length_limit) {
      refuse_query("", 0,
                   "the query has " + std::to_string(text_.size()) + " bytes, at most " +
                       std::to_string(query_length_limit) + " are allowed");
    }
    if (const auto bad = first_bad_byte(text_)) refuse(*bad, "not UTF-8 text, or a control character");
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  void skip_blanks() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }
  [[nodiscard]] bool ends_word(std::size_t position) const {
    const char c = peek(position);
    return c == '\0' || is_blank(c) || c == '(' || c == ')' || c == '"';
  }

  /// Length of the operator that starts here, 0 for none.
  [[nodiscard]] std::size_t operator_length(std::size_t position) const {
    switch (peek(position)) {
      case ':':
      case '=':
      case '~':
        return 1;
      case '<':
      case '>':
        return peek(position + 1) == '=' ? 2 : 1;
      case '!':
        return peek(position + 1) == '=' ? 2 : 0;
      default:
        return 0;
    }
  }

  QueryOperator take_operator() {
    const std::string_view sign = text_.substr(at_, operator_length(at_));
    at_ += sign.size();
    if (sign == ":") return QueryOperator::has;
    if (sign == "=") return QueryOperator::equal;
    if (sign == "!=") return QueryOperator::unequal;
    if (sign == "~") return QueryOperator::contains;
    if (sign == "<") return QueryOperator::less;
    if (sign == "<=") return QueryOperator::at_most;
    return sign == ">" ? QueryOperator::greater : QueryOperator::at_least;
  }

  /// The end of a bare word or a field's name. A quote right behind a dot opens a quoted part of a name.
  [[nodiscard]] std::size_t scan_name(std::size_t position) const {
    const std::size_t start = position;
    while (position < text_.size()) {
      if (text_[position] == '"' && position > start && text_[position - 1] == '.') {
        position = closing_quote(position) + 1;
      } else if (ends_word(position) || operator_length(position) > 0) {
        break;
      } else {
        ++position;
      }
    }
    return position;
  }

  [[nodiscard]] std::size_t closing_quote(std::size_t open) const {
    for (std::size_t i = open + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && (peek(i + 1) == '"' || peek(i + 1) == '\\')) {
        ++i;
      } else if (text_[i] == '"') {
        return i;
      }
    }
    refuse(open, "this quote is never closed");
  }

  /// The text between two quotes. \" and \\ are escapes, any other backslash stands for itself.
  [[nodiscard]] std::string unquoted(std::size_t open, std::size_t close) const {
    std::string result;
    for (std::size_t i = open + 1; i < close; ++i) {
      if (text_[i] == '\\' && (text_[i + 1] == '"' || text_[i + 1] == '\\')) ++i;
      result += text_[i];
    }
    return result;
  }

  [[nodiscard]] QueryField split_field(std::size_t begin, std::size_t end) const {
    QueryField field{{}, begin, end};
    std::string segment;
    for (std::size_t i = begin; i < end; ++i) {
      if (text_[i] == '"') {
        const std::size_t close = closing_quote(i);
        if (close + 1 < end && text_[close + 1] != '.')
          refuse(close + 1, "expected '.' or an operator after the quote");
        segment = unquoted(i, close);
        if (segment.empty()) refuse(i, "a part of a field's name is empty");
        i = close;
      } else if (text_[i] == '.') {
        if (segment.empty()) refuse(i, "a part of the field's name is missing before '.'");
        field.segments.push_back(std::move(segment));
        segment.clear();
      } else {
        segment += text_[i];
      }
    }
    if (segment.empty()) refuse(end, "a part of the field's name is missing after '.'");
    field.segments.push_back(std::move(segment));
    return field;
  }

  /// Whether a keyword stands here; a keyword right before an operator would be a field's name.
  [[nodiscard]] bool at_keyword(std::string_view keyword) const {
    const std::size_t end = at_ + keyword.size();
    return end <= text_.size() && is_keyword(text_.substr(at_, keyword.size()), keyword) && ends_word(end);
  }
  bool take_keyword(std::string_view keyword) {
    if (!at_keyword(keyword)) return false;
    at_ += keyword.size();
    skip_blanks();
    return true;
  }

  void check_depth(int depth, std::size_t position) const {
    if (depth > query_depth_limit) {
      refuse(position, "nested deeper than " + std::to_string(query_depth_limit) + " levels");
    }
  }

  QueryNode alternatives(int depth) {
    QueryNode node;
    node.kind = QueryNode::Kind::any_of;
    do {
      node.children.push_back(conjunction(depth));
    } while (take_keyword("or"));
    return collapse(std::move(node));
  }

  QueryNode conjunction(int depth) {
    QueryNode node;
    do {
      node.children.push_back(negation(depth));
      skip_blanks();
      if (take_keyword("and")) continue;
      if (at_end() || text_[at_] == ')' || at_keyword("or")) break;
    } while (true);
    return collapse(std::move(node));
  }

  static QueryNode collapse(QueryNode node) {
    if (node.children.size() != 1) return node;
    QueryNode only = std::move(node.children.front());
    return only;
  }

  QueryNode negation(int depth) {
    const std::size_t position = at_;
    const bool minus = peek(at_) == '-' && at_ + 1 < text_.size() && !is_blank(text_[at_ + 1]) && text_[at_ + 1] != ')';
    if (minus) ++at_;
    if (!minus && !take_keyword("not")) return primary(depth);
    check_depth(depth + 1, position);
    QueryNode node;
    node.kind = QueryNode::Kind::negation;
    node.children.push_back(negation(depth + 1));
    return node;
  }

  QueryNode primary(int depth) {
    const std::size_t start = at_;
    if (at_end()) refuse(start, "a condition is missing here");
    if (text_[at_] == ')') refuse(start, "a condition is missing before ')'");
    if (text_[at_] == '(') {
      check_depth(depth + 1, start);
      ++at_;
      skip_blanks();
      QueryNode node = alternatives(depth + 1);
      if (at_end()) refuse(start, "this '(' is never closed");
      ++at_;
      return node;
    }
    if (text_[at_] == '"') return word(quoted_literal());
    if (operator_length(at_) > 0) {
      refuse(start, "no field before the operator; quote the text to look for it as it stands");
    }
    if (at_keyword("or") || at_keyword("and")) {
      refuse(start, "a condition is missing before this; quote \"or\" and \"and\" to look for the words");
    }
    return word_or_comparison(start);
  }

  QueryNode word_or_comparison(std::size_t start) {
    const std::size_t end = scan_name(start);
    at_ = end;
    skip_blanks();
    if (operator_length(at_) > 0) return comparison(split_field(start, end));
    at_ = end;
    const std::string_view name = text_.substr(start, end - start);
    if (name.find('"') != std::string_view::npos) refuse(end, "expected an operator after the field's name");
    return word({std::string(name), false, start});
  }

  QueryNode word(QueryLiteral literal) const {
    if (literal.text.empty()) refuse(literal.position, "nothing to look for between these quotes");
    QueryNode node;
    node.kind = QueryNode::Kind::word;
    node.word = std::move(literal);
    return node;
  }

  QueryNode comparison(QueryField field) {
    QueryNode node;
    node.kind = QueryNode::Kind::comparison;
    node.field = std::move(field);
    node.op = take_operator();
    skip_blanks();
    const bool ordering = node.op == QueryOperator::less || node.op == QueryOperator::at_most ||
                          node.op == QueryOperator::greater || node.op == QueryOperator::at_least;
    const std::size_t start = at_;
    const bool list = peek(at_) == '(';
    if (list) {
      node.values = list_of_values();
    } else {
      node.values.push_back(value(LiteralPlace::alone));
    }
    if (ordering && (list || node.values.front().range))
      refuse(start, "one value is expected after < <= > >=, no list and no range");
    if (node.op == QueryOperator::contains && node.values.front().range) refuse(start, "'~' takes text, no range");
    return node;
  }

  std::vector<QueryValue> list_of_values() {
    const std::size_t open = at_++;
    std::vector<QueryValue> values;
    for (;;) {
      skip_blanks();
      values.push_back(value(LiteralPlace::in_list));
      skip_blanks();
      if (at_end()) refuse(open, "this list is never closed");
      if (text_[at_] == ')') break;
      if (text_[at_] != ',') refuse(at_, "expected ',' or ')' in the list");
      ++at_;
    }
    ++at_;
    return values;
  }

  QueryValue value(LiteralPlace place) {
    const std::size_t start = at_;
    QueryValue result;
    result.low = literal(place);
    result.range = at_range_dots();
    if (result.range) {
      at_ += 2;
      result.high = literal(place);
      if (!result.low && !result.high) refuse(start, "a range needs a start or an end");
      if (at_range_dots()) refuse(at_, "a range has one '..' only; quote text that contains it");
    }
    if (!result.low && !result.range) refuse(start, "a value is missing here");
    return result;
  }

  [[nodiscard]] bool at_range_dots() const { return peek(at_) == '.' && peek(at_ + 1) == '.'; }

  QueryLiteral quoted_literal() {
    const std::size_t close = closing_quote(at_);
    QueryLiteral result{unquoted(at_, close), true, at_};
    at_ = close + 1;
    return result;
  }

  std::optional<QueryLiteral> literal(LiteralPlace place) {
    if (peek(at_) == '"') return quoted_literal();
    const std::size_t start = at_;
    while (!ends_word(at_) && !at_range_dots() && !(place == LiteralPlace::in_list && text_[at_] == ',')) ++at_;
    if (at_ == start) return std::nullopt;
    return QueryLiteral{std::string(text_.substr(start, at_ - start)), false, start};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

QueryNode parse_query(std::string_view text) { return Parser(text).whole(); }

QueryField parse_field(std::string_view text) { return Parser(text).only_field(); }

}  // namespace planwise::store
