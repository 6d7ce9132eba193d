// Trees to SQL. Comparing with a missing value gives NULL, which a filter treats as false; beneath a negation every
// condition is therefore made two-valued by IS TRUE, so that `not risk:HIGH` finds runs without a risk.
#include "store/query_compiler.h"

#include <cmath>
#include <utility>

#include "planwise/error.h"
#include "store/query_fields.h"
#include "store/query_sql.h"
#include "store/query_text.h"
#include "store/query_values.h"

namespace planwise::store {
namespace {

enum class Logic { three_valued, two_valued };

bool is_order(QueryOperator op) {
  return op == QueryOperator::less || op == QueryOperator::at_most || op == QueryOperator::greater ||
         op == QueryOperator::at_least;
}

std::string_view sql_operator(QueryOperator op) {
  switch (op) {
    case QueryOperator::less:
      return " < ";
    case QueryOperator::at_most:
      return " <= ";
    case QueryOperator::greater:
      return " > ";
    case QueryOperator::at_least:
      return " >= ";
    default:
      return " = ";
  }
}

constexpr std::string_view tag_list = "from_json(r.tags, '[\"VARCHAR\"]')";

class Compiler {
 public:
  Compiler(std::string_view query, std::string_view zone, Timestamp now) : query_(query), zone_(zone), now_(now) {}

  SqlText sql;
  FieldUse use;
  bool names_archived = false;

  void node(const QueryNode& tree, Logic logic) {
    switch (tree.kind) {
      case QueryNode::Kind::all_of:
        return joined(tree, " AND ", "TRUE", logic);
      case QueryNode::Kind::any_of:
        return joined(tree, " OR ", "FALSE", logic);
      case QueryNode::Kind::negation:
        sql.add("(NOT ");
        node(tree.children.front(), Logic::two_valued);
        sql.add(")");
        return;
      case QueryNode::Kind::word:
        leaf(logic, [&] { sql.add("contains(d.search_text, lower(?))", tree.word.text); });
        return;
      case QueryNode::Kind::comparison:
        return comparison(tree, logic);
    }
  }

 private:
  [[noreturn]] void refuse(std::size_t position, const std::string& what) const {
    refuse_query(query_, position, what);
  }

  template <typename Write>
  void leaf(Logic logic, Write write) {
    sql.add("(");
    write();
    sql.add(logic == Logic::two_valued ? ") IS TRUE" : ")");
  }

  void joined(const QueryNode& tree, std::string_view glue, std::string_view nothing, Logic logic) {
    if (tree.children.empty()) {
      sql.add(nothing);
      return;
    }
    sql.add("(");
    for (std::size_t i = 0; i < tree.children.size(); ++i) {
      if (i > 0) sql.add(glue);
      node(tree.children[i], logic);
    }
    sql.add(")");
  }

  void comparison(const QueryNode& tree, Logic logic) {
    std::string problem;
    const auto field = resolve_field(tree.field, problem);
    if (!field) {
      refuse(tree.field.position, problem + "; quote the text to look for it as it stands, e.g. \"a:b\"");
    }
    use.add(*field);
    if (field->name == "archived" || field->name == "archived_at") names_archived = true;
    const bool unequal = tree.op == QueryOperator::unequal;
    if (unequal) sql.add("(NOT ");
    leaf(unequal ? Logic::two_valued : logic, [&] {
      for (std::size_t i = 0; i < tree.values.size(); ++i) {
        if (i > 0) sql.add(" OR ");
        value(*field, unequal ? QueryOperator::has : tree.op, tree.values[i]);
      }
    });
    if (unequal) sql.add(")");
  }

  void value(const ResolvedField& field, QueryOperator op, const QueryValue& written) {
    if (written.range) return range(field, written);
    const QueryLiteral& literal = *written.low;
    if (!literal.quoted && (same_word(literal.text, "none") || literal.text == "*")) {
      if (is_order(op) || op == QueryOperator::contains) {
        refuse(literal.position, "\"" + literal.text + "\" stands behind : = or != only; quote it if text is meant");
      }
      return presence(field, literal.text == "*");
    }
    one(field, op, literal);
  }

  void presence(const ResolvedField& field, bool present) {
    if (field.kind == FieldKind::text || field.kind == FieldKind::free_text) {
      sql.add("coalesce(").add(field).add(", '')").add(present ? " <> ''" : " = ''");
    } else if (field.kind == FieldKind::tags) {
      sql.add("coalesce(TRY(len(").add(tag_list).add(")), 0)").add(present ? " > 0" : " = 0");
    } else {
      sql.add(field).add(present ? " IS NOT NULL" : " IS NULL");
    }
  }

  void range(const ResolvedField& field, const QueryValue& written) {
    const std::size_t position = written.low ? written.low->position : written.high->position;
    if (field.kind == FieldKind::free_text || field.kind == FieldKind::tags || field.kind == FieldKind::boolean) {
      refuse(position, field.name + " takes no range: it is " + std::string(kind_text(field.kind)) +
                           "; quote text that contains '..'");
    }
    sql.add("(");
    if (written.low) one(field, QueryOperator::at_least, *written.low);
    if (written.low && written.high) sql.add(" AND ");
    if (written.high) one(field, QueryOperator::at_most, *written.high);
    sql.add(")");
  }

  void one(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    switch (field.kind) {
      case FieldKind::text:
        return text(field, op, literal);
      case FieldKind::free_text:
        return text(field, op == QueryOperator::has ? QueryOperator::contains : op, literal);
      case FieldKind::integer:
      case FieldKind::real:
        return number(field, op, literal);
      case FieldKind::boolean:
        return boolean(field, op, literal);
      case FieldKind::time:
        return time(field, op, literal);
      case FieldKind::tags:
        return tag(field, op, literal);
      case FieldKind::mixed:
        return mixed(field, op, literal);
    }
  }

  void text(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    if (op == QueryOperator::contains) {
      sql.add("contains(lower(").add(field).add("), lower(?))", literal.text);
    } else if (is_order(op)) {
      // Empty text counts as missing, so it has no order.
      sql.add("nullif(lower(").add(field).add("), '')").add(sql_operator(op)).add("lower(?)", literal.text);
    } else {
      sql.add("lower(").add(field).add(") = lower(?)", literal.text);
    }
  }

  [[noreturn]] void refuse_value(const ResolvedField& field, const QueryLiteral& literal,
                                 std::string_view allowed) const {
    refuse(literal.position, field.name + " is " + std::string(kind_text(field.kind)) + ", not \"" + literal.text +
                                 "\"; allowed: " + std::string(allowed));
  }

  void refuse_contains(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) const {
    if (op == QueryOperator::contains) {
      refuse(literal.position,
             "'~' looks inside text, but " + field.name + " is " + std::string(kind_text(field.kind)));
    }
  }

  void number(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    refuse_contains(field, op, literal);
    const auto read = literal.quoted ? std::nullopt : read_number(literal.text);
    const bool whole = field.kind == FieldKind::integer;
    if (!read || (whole && !std::isfinite(as_double(*read)))) {
      refuse_value(field, literal,
                   whole ? "a number, a range a..b, none, *" : "a number, nan, inf, -inf, a range a..b, none, *");
    }
    if (is_order(op) && std::isnan(as_double(*read)))
      refuse(literal.position, "nan has no order; " + field.name + ":nan finds it");
    duck::Value bound = as_double(*read);
    const bool exact = whole && std::holds_alternative<std::int64_t>(*read);
    if (exact) bound = std::get<std::int64_t>(*read);
    number_condition(field, op, std::move(bound), whole && !exact ? "CAST(" : "");
  }

  /// `cast`: "" or the start of a cast to DOUBLE. In DuckDB NaN is above everything; here it is in no order.
  void number_condition(const ResolvedField& field, QueryOperator op, duck::Value bound, std::string_view cast) {
    const std::string_view end = cast.empty() ? "" : " AS DOUBLE)";
    sql.add("(").add(cast).add(field).add(end).add(sql_operator(op)).add("?", std::move(bound));
    if (field.kind != FieldKind::integer && (op == QueryOperator::greater || op == QueryOperator::at_least)) {
      sql.add(" AND ").add(cast).add(field).add(end).add(" <= 'Infinity'::DOUBLE");
    }
    sql.add(")");
  }

  void boolean(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    refuse_contains(field, op, literal);
    const auto read = literal.quoted ? std::nullopt : read_boolean(literal.text);
    if (!read) refuse_value(field, literal, "true, false, none, *");
    if (is_order(op)) refuse(literal.position, field.name + " is true or false and has no order");
    sql.add(field).add(" = ?", *read);
  }

  Period period(const ResolvedField& field, const QueryLiteral& literal) const {
    try {
      return read_period(literal.text, zone_, now_);
    } catch (const Error& error) {
      refuse(literal.position,
             field.name + ": " + error.what() + "; also allowed: 2025, 2025-01, and 90m, 36h, 7d, 2w for so long ago");
    }
  }

  void time(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    refuse_contains(field, op, literal);
    const Period written = period(field, literal);
    switch (op) {
      case QueryOperator::less:
        sql.add(field).add(" < ?", written.begin);
        return;
      case QueryOperator::at_least:
        sql.add(field).add(" >= ?", written.begin);
        return;
      case QueryOperator::at_most:
        sql.add(field).add(written.point ? " <= ?" : " < ?", written.end);
        return;
      case QueryOperator::greater:
        sql.add(field).add(written.point ? " > ?" : " >= ?", written.end);
        return;
      default:
        break;
    }
    if (written.point) refuse(literal.position, "write " + literal.text + ".. for what is not older, or < for what is");
    sql.add("(").add(field).add(" >= ?", written.begin).add(" AND ").add(field).add(" < ?", written.end).add(")");
  }

  void tag(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    if (is_order(op)) refuse(literal.position, field.name + " have no order; allowed operators: : = != ~");
    if (op == QueryOperator::contains) {
      sql.add("TRY(len(list_filter(")
          .add(tag_list)
          .add(", lambda t: contains(lower(t), lower(?)))) > 0)", literal.text);
    } else {
      sql.add("TRY(list_contains(list_transform(").add(tag_list).add(", lambda t: lower(t)), lower(?)))", literal.text);
    }
  }

  /// A number compares with numbers and with texts that spell one; quoted or other text compares with the value's text.
  void mixed(const ResolvedField& field, QueryOperator op, const QueryLiteral& literal) {
    const auto read = literal.quoted || op == QueryOperator::contains ? std::nullopt : read_number(literal.text);
    if (!read) return text(field, op, literal);
    if (is_order(op) && std::isnan(as_double(*read)))
      refuse(literal.position, "nan has no order; " + field.name + ":nan finds it");
    sql.add("(TRY_CAST(").add(field).add(" AS DOUBLE)").add(sql_operator(op)).add("?", as_double(*read));
    if (op == QueryOperator::greater || op == QueryOperator::at_least) {
      sql.add(" AND TRY_CAST(").add(field).add(" AS DOUBLE) <= 'Infinity'::DOUBLE");
    }
    sql.add(")");
  }

  std::string_view query_, zone_;
  Timestamp now_;
};

void add_literal_search(const LiteralSearch& search, SqlText& sql, FieldUse& use) {
  if (first_bad_byte(search.text)) {
    throw Error(ErrorCode::invalid_argument, "the text to look for is not UTF-8, or contains a control character");
  }
  static const std::vector<std::string> usual{"scenario_id", "description", "business_justification"};
  const std::vector<std::string>& fields = search.fields.empty() ? usual : search.fields;
  sql.add("(");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const ResolvedField field = field_named(fields[i], "search field");
    use.add(field);
    sql.add(i > 0 ? " OR " : "").add("contains(lower(CAST(").add(field).add(" AS VARCHAR)), lower(?))", search.text);
  }
  sql.add(")");
}

}  // namespace

CompiledQuery compile_query(const ListRequest& request, Timestamp now) {
  const QueryNode tree = parse_query(request.query);
  Compiler compiler(request.query, request.zone, now);
  compiler.node(tree, Logic::three_valued);
  if (request.literal && !request.literal->text.empty()) {
    compiler.sql.add(" AND ");
    add_literal_search(*request.literal, compiler.sql, compiler.use);
  }
  // Who asks about the archive means to see it.
  if (request.archived == ArchivedRuns::exclude && !compiler.names_archived)
    compiler.sql.add(" AND d.archived_at IS NULL");
  if (request.archived == ArchivedRuns::only) compiler.sql.add(" AND d.archived_at IS NOT NULL");
  return {std::move(compiler.sql.text), std::move(compiler.sql.parameters), compiler.use.runs, compiler.use.results,
          compiler.use.configurations};
}

}  // namespace planwise::store
