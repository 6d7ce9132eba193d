// A tree back as text, and whether two trees mean the same.
#include <algorithm>
#include <cctype>

#include "store/query_parser.h"

namespace planwise::store {
namespace {

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

std::string print_literal(const QueryLiteral& literal) {
  return literal.quoted ? in_quotes(literal.text) : literal.text;
}

std::string print_value(const QueryValue& value) {
  std::string result;
  if (value.low) result += print_literal(*value.low);
  if (value.range) result += "..";
  if (value.high) result += print_literal(*value.high);
  return result;
}

std::string_view sign(QueryOperator op) {
  switch (op) {
    case QueryOperator::has:
      return ":";
    case QueryOperator::equal:
      return "=";
    case QueryOperator::unequal:
      return "!=";
    case QueryOperator::contains:
      return "~";
    case QueryOperator::less:
      return "<";
    case QueryOperator::at_most:
      return "<=";
    case QueryOperator::greater:
      return ">";
    case QueryOperator::at_least:
      return ">=";
  }
  return ":";
}

std::string print_comparison(const QueryNode& node) {
  std::string result = print_field(node.field);
  if (result.ends_with('!')) result += ' ';  // "a! =b" is not "a!=b"
  result += sign(node.op);
  if (node.values.size() == 1) {
    const std::string value = print_value(node.values.front());
    return result + (value.starts_with('=') ? " " : "") + value;  // "a< =b" is not "a<=b"
  }
  result += '(';
  for (std::size_t i = 0; i < node.values.size(); ++i) result += (i == 0 ? "" : ", ") + print_value(node.values[i]);
  return result + ')';
}

std::string print_child(const QueryNode& node) {
  const bool compound = node.kind == QueryNode::Kind::all_of || node.kind == QueryNode::Kind::any_of;
  return compound ? '(' + print_query(node) + ')' : print_query(node);
}

bool same_literal(const std::optional<QueryLiteral>& a, const std::optional<QueryLiteral>& b) {
  return a.has_value() == b.has_value() && (!a || (a->text == b->text && a->quoted == b->quoted));
}

bool same_value(const QueryValue& a, const QueryValue& b) {
  return a.range == b.range && same_literal(a.low, b.low) && same_literal(a.high, b.high);
}

}  // namespace

std::string print_field(const QueryField& field) {
  std::string result;
  for (std::size_t i = 0; i < field.segments.size(); ++i) {
    if (i > 0) result += '.';
    result += i == 0 || is_plain(field.segments[i]) ? field.segments[i] : in_quotes(field.segments[i]);
  }
  return result;
}

std::string print_query(const QueryNode& node) {
  switch (node.kind) {
    case QueryNode::Kind::word:
      return in_quotes(node.word.text);
    case QueryNode::Kind::comparison:
      return print_comparison(node);
    case QueryNode::Kind::negation:
      return "not " + print_child(node.children.front());
    case QueryNode::Kind::all_of:
    case QueryNode::Kind::any_of:
      break;
  }
  std::string result;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) result += node.kind == QueryNode::Kind::any_of ? " or " : " ";
    result += print_child(node.children[i]);
  }
  return result;
}

bool same_query(const QueryNode& a, const QueryNode& b) {
  return a.kind == b.kind && a.op == b.op && a.word.text == b.word.text && a.field.segments == b.field.segments &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_value) &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same_query);
}

}  // namespace planwise::store
