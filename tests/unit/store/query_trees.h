/// \file
/// Random queries over the fields of SampleRun, for properties; to be called within rc::check.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "store/query_parser.h"

namespace planwise::store {

template <typename T>
T any_of_these(std::vector<T> choices) {
  return *rc::gen::elementOf(std::move(choices));
}

inline QueryNode any_comparison() {
  struct FieldChoice {
    std::vector<std::string> segments;
    std::vector<std::string> bare, quoted;
    bool ordered, ranged, contained;
  };
  static const std::vector<FieldChoice> fields{
      {{"status"}, {"completed", "FAILED", "draft", "none", "*"}, {"completed", "none"}, true, true, true},
      {{"risk"}, {"HIGH", "low", "none", "*"}, {"medium", ""}, true, true, true},
      {{"description"}, {"merit", "none", "*", "50%"}, {"a b", "%", "q\"o\\te"}, true, false, true},
      {{"objective"}, {"0", "0.3", "-1", "1e-3", "inf", "-inf", "none", "*"}, {}, true, true, false},
      {{"param", "cola_rate"}, {"0.02", "0", "0.03", "none", "*"}, {}, true, true, false},
      {{"param", "other"}, {"1", "2.5", "none", "*"}, {}, true, true, false},
      {{"seed"}, {"42", "7", "41.5", "none", "*"}, {}, true, true, false},
      {{"converged"}, {"true", "no", "none", "*"}, {}, false, false, false},
      {{"tag"}, {"q4", "BASE", "none", "*"}, {"q\"4", "a,b"}, false, false, true},
      {{"created"}, {"2025", "2025-01", "2025-02-01", "2025-01-15T12:00"}, {"2025-01-15 12:00"}, true, true, false},
  };
  const FieldChoice& field = fields[*rc::gen::inRange<std::size_t>(0, fields.size())];
  QueryNode node;
  node.kind = QueryNode::Kind::comparison;
  node.field.segments = field.segments;
  std::vector<QueryOperator> operators{QueryOperator::has, QueryOperator::equal, QueryOperator::unequal};
  if (field.contained) operators.push_back(QueryOperator::contains);
  if (field.ordered)
    operators.insert(operators.end(),
                     {QueryOperator::less, QueryOperator::at_most, QueryOperator::greater, QueryOperator::at_least});
  node.op = any_of_these(operators);
  const bool single =
      node.op != QueryOperator::has && node.op != QueryOperator::equal && node.op != QueryOperator::unequal;
  const auto literal = [&](bool special) {
    QueryLiteral result;
    std::vector<std::string> bare;
    for (const std::string& text : field.bare) {
      if (special || (text != "none" && text != "*")) bare.push_back(text);
    }
    result.quoted = !field.quoted.empty() && *rc::gen::inRange(0, 3) == 0;
    result.text = any_of_these(result.quoted ? field.quoted : bare);
    return result;
  };
  const std::size_t count = single ? 1 : *rc::gen::inRange<std::size_t>(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    QueryValue value;
    value.range = !single && field.ranged && *rc::gen::inRange(0, 3) == 0;
    const int ends = value.range ? *rc::gen::inRange(1, 4) : 1;
    if ((ends & 1) != 0) value.low = literal(!single && !value.range);
    if ((ends & 2) != 0) value.high = literal(false);
    node.values.push_back(value);
  }
  return node;
}

/// A tree as the parser makes them: groups have two children or more.
inline QueryNode any_tree(int depth) {
  QueryNode node;
  switch (depth == 0 ? *rc::gen::inRange(3, 6) : *rc::gen::inRange(0, 6)) {
    case 0:
      node.kind = QueryNode::Kind::all_of;
      break;
    case 1:
      node.kind = QueryNode::Kind::any_of;
      break;
    case 2:
      node.kind = QueryNode::Kind::negation;
      break;
    case 3:
      node.kind = QueryNode::Kind::word;
      node.word.text = any_of_these<std::string>({"merit", "or", "-x", "a:b", "100 %_sure", "q\"o\\te", "_", "é"});
      return node;
    default:
      return any_comparison();
  }
  const int count = node.kind == QueryNode::Kind::negation ? 1 : *rc::gen::inRange(2, 4);
  for (int i = 0; i < count; ++i) node.children.push_back(any_tree(depth - 1));
  return node;
}

}  // namespace planwise::store
