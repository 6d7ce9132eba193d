// Random queries asked of DuckDB and of a plain evaluator of the documented meaning.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "planwise/error.h"
#include "query_samples.h"
#include "query_trees.h"
#include "store/query_values.h"

namespace planwise::store {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

bool holds(const std::string& text, const std::string& part) {
  return lower(text).find(lower(part)) != std::string::npos;
}

template <typename T>
bool ordered(QueryOperator op, const T& a, const T& b) {
  switch (op) {
    case QueryOperator::less:
      return a < b;
    case QueryOperator::at_most:
      return a <= b;
    case QueryOperator::greater:
      return a > b;
    case QueryOperator::at_least:
      return a >= b;
    default:
      return a == b;
  }
}

/// Applies `one` to the values of a comparison, ranges as two.
template <typename One>
bool any_value(const QueryNode& node, bool present, One one) {
  const QueryOperator op = node.op == QueryOperator::unequal ? QueryOperator::has : node.op;
  return std::any_of(node.values.begin(), node.values.end(), [&](const QueryValue& value) {
    if (value.range) {
      return present && (!value.low || one(QueryOperator::at_least, *value.low)) &&
             (!value.high || one(QueryOperator::at_most, *value.high));
    }
    if (!value.low->quoted && value.low->text == "none") return !present;
    if (!value.low->quoted && value.low->text == "*") return present;
    return one(op, *value.low);
  });
}

bool number_matches(const QueryNode& node, std::optional<double> value) {
  return any_value(node, value.has_value(), [&](QueryOperator op, const QueryLiteral& literal) {
    return value && ordered(op, *value, as_double(*read_number(literal.text)));
  });
}

bool text_matches(const QueryNode& node, const std::optional<std::string>& value, bool free_text) {
  return any_value(node, value && !value->empty(), [&](QueryOperator op, const QueryLiteral& literal) {
    if (!value) return false;
    if (op == QueryOperator::contains || (free_text && op == QueryOperator::has)) return holds(*value, literal.text);
    const bool equality = op == QueryOperator::has || op == QueryOperator::equal;
    return (equality || !value->empty()) && ordered(op, lower(*value), lower(literal.text));
  });
}

bool tags_match(const QueryNode& node, const std::string& tags) {
  const Json list = Json::parse(tags);
  return any_value(node, !list.empty(), [&](QueryOperator op, const QueryLiteral& literal) {
    return std::any_of(list.as_array().begin(), list.as_array().end(), [&](const Json& tag) {
      return op == QueryOperator::contains ? holds(tag.as_string(), literal.text)
                                           : lower(tag.as_string()) == lower(literal.text);
    });
  });
}

bool time_matches(const QueryNode& node, Timestamp value) {
  return any_value(node, true, [&](QueryOperator op, const QueryLiteral& literal) {
    const Period period = read_period(literal.text, "UTC", sample_now());
    switch (op) {
      case QueryOperator::less:
        return value < period.begin;
      case QueryOperator::at_most:
        return value < period.end;
      case QueryOperator::greater:
        return value >= period.end;
      case QueryOperator::at_least:
        return value >= period.begin;
      default:
        return value >= period.begin && value < period.end;
    }
  });
}

bool comparison_matches(const QueryNode& node, const SampleRun& run) {
  const std::string& field = node.field.segments.back();
  if (field == "status") return text_matches(node, run.status, false);
  if (field == "risk") return text_matches(node, run.risk_level, false);
  if (field == "description") return text_matches(node, run.description, true);
  if (field == "objective") return number_matches(node, run.objective_value);
  if (field == "cola_rate") return number_matches(node, run.cola_rate);
  if (field == "created") return time_matches(node, run.created_at);
  if (field == "tag") return tags_match(node, run.tags);
  if (field == "seed")
    return number_matches(node, run.random_seed ? std::optional(static_cast<double>(*run.random_seed)) : std::nullopt);
  if (field == "converged") {
    return any_value(node, run.converged.has_value(), [&](QueryOperator, const QueryLiteral& literal) {
      return run.converged && *run.converged == read_boolean(literal.text);
    });
  }
  const Json parameters = Json::parse(run.optimal_parameters);
  const Json* other = parameters.find("other");
  return number_matches(node, other == nullptr ? std::nullopt : std::optional(other->as_real()));
}

bool matches(const QueryNode& node, const SampleRun& run) {
  const auto child = [&](const QueryNode& each) { return matches(each, run); };
  switch (node.kind) {
    case QueryNode::Kind::all_of:
      return std::all_of(node.children.begin(), node.children.end(), child);
    case QueryNode::Kind::any_of:
      return std::any_of(node.children.begin(), node.children.end(), child);
    case QueryNode::Kind::negation:
      return !matches(node.children.front(), run);
    case QueryNode::Kind::word:
      return holds(run.search_text, node.word.text);
    case QueryNode::Kind::comparison: {
      const bool found = comparison_matches(node, run);
      return node.op == QueryOperator::unequal ? !found : found;
    }
  }
  return false;
}

template <typename T>
T nth(const std::vector<T>& values, std::size_t i) {
  return values[i % values.size()];
}

std::vector<SampleRun> sample_runs() {
  using Real = std::optional<double>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<SampleRun> runs;
  for (std::size_t i = 0; i < 61; ++i) {
    SampleRun run;
    run.run_id = "r" + std::to_string(i);
    run.status = nth<std::string>({"completed", "failed", "Draft"}, i);
    run.risk_level = nth<std::optional<std::string>>({"HIGH", std::nullopt, "low", "MEDIUM", ""}, i);
    run.description = nth<std::string>({"Merit plan", "", "50% _ a B", "q\"o\\te", "a:b é or"}, i / 2);
    run.objective_value = nth<Real>({0.0, 0.3, std::nullopt, nan, infinity, -infinity, -1.0, 0.001}, i);
    run.cola_rate = nth<Real>({0.02, std::nullopt, 0.0, 0.03, nan, 0.025}, i / 3);
    run.optimal_parameters =
        nth<std::string>({R"({"other": 1})", R"({"other": 2.5})", "{}", R"({"other": "NaN"})"}, i / 2);
    run.random_seed = nth<std::optional<std::int64_t>>({42, std::nullopt, 7, -1}, i / 3);
    run.converged = nth<std::optional<bool>>({true, false, std::nullopt}, i / 4);
    run.tags = nth<std::string>({"[]", R"(["q4"])", R"(["base", "q\"4"])", R"(["a,b", "Q44"])"}, i / 2);
    run.created_at = parse_time(nth<std::string>(
        {"2025-01-15T12:00:00Z", "2024-12-31T23:59:59Z", "2025-02-01T00:00:00Z", "2026-01-01T00:00:00Z"}, i / 5));
    run.search_text = run.description + nth<std::string>({"", " -x ", " 100 %_sure"}, i) + " base";
    runs.push_back(run);
  }
  return runs;
}

TEST(QueryProperty, DuckDBAnswersWhatTheDocumentedMeaningSays) {
  const std::vector<SampleRun> runs = sample_runs();
  SampleStore store(runs);
  EXPECT_TRUE(rc::check([&] {
    const QueryNode tree = any_tree(2);
    const std::string text = print_query(tree);
    RC_LOG() << text << "\n";
    std::vector<std::string> expected;
    for (const SampleRun& run : runs) {
      if (matches(tree, run)) expected.push_back(run.run_id);
    }
    std::sort(expected.begin(), expected.end());
    RC_ASSERT(store.find(text) == expected);
  }));
}

}  // namespace
}  // namespace planwise::store
