#include "store/audit_chain.h"

#include <fmt/format.h>

#include "core/hash.h"

namespace planwise::store {

namespace {

using duck::Value;

// Places in a row of audit_table.
enum EntryPlace : std::size_t {
  sequence_at, recorded_at_at, actor_at, session_at, source_at, action_at, run_id_at, version_at, changes_at,
  changes_hash_at, reason_at, reason_hash_at, content_hash_at, row_hash_at, version_row_hash_at, previous_hash_at,
  entry_hash_at
};

Json as_json(const Value& value) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  if (const Timestamp* instant = std::get_if<Timestamp>(&value)) return instant->microseconds;
  return {};
}

std::optional<std::string> optional_text(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

bool is_annotation(std::string_view path) {
  return path == "metadata.tags" || path == "metadata.description" || path == "notes";
}

Json side(const Json& value, std::string_view path) {
  constexpr std::size_t most = 4096;
  std::string text = value.dump(JsonStyle::canonical);
  if (text.size() <= most || is_annotation(path)) return value;
  return Json(Json::Object{{"sha256", Json(core::sha256_hex(text))}, {"bytes", Json(static_cast<std::int64_t>(text.size()))}});
}

}  // namespace

std::string text_of(const Value& value) { return optional_text(value).value_or(""); }

AuditChain::AuditChain(duck::Connection& connection, std::string_view schema, Who who)
    : connection_(connection), insert_(insert_statement(audit_table, schema)), who_(std::move(who)), head_(chain_start) {
  duck::Rows rows = connection_.query(fmt::format(
      "SELECT sequence, entry_hash FROM {}.optimization_audit_log ORDER BY sequence DESC LIMIT 1", schema));
  if (rows.next()) {
    sequence_ = rows.integer(0);
    head_ = rows.text(1);
  }
}

Row AuditChain::next_row(const AuditDraft& draft) {
  const std::string changes = draft.changes.dump();
  const auto text = [](const std::optional<std::string>& value) { return value ? Value(*value) : Value(); };
  Row row{++sequence_,
          planwise::now(),
          who_.actor,
          who_.session_id.empty() ? Value() : Value(who_.session_id),
          who_.source,
          draft.action,
          text(draft.run_id),
          draft.version ? Value(*draft.version) : Value(),
          changes,
          core::sha256_hex(changes),
          draft.reason.empty() ? Value() : Value(draft.reason),
          core::sha256_hex(draft.reason),
          text(draft.content_hash),
          text(draft.row_hash),
          text(draft.version_row_hash),
          head_,
          Value()};
  head_ = entry_hash_of(row);
  row[entry_hash_at] = head_;
  return row;
}

void AuditChain::append(const AuditDraft& draft) { connection_.query(insert_, next_row(draft)); }

std::string entry_hash_of(const Row& row) {
  Json fields = Json::object();
  for (std::size_t place = 0; place < entry_hash_at; ++place) {
    if (place == changes_at || place == reason_at) continue;
    fields.set(audit_table.columns[place], as_json(row[place]));
  }
  return core::sha256_hex(fields.dump(JsonStyle::canonical));
}

AuditEntry audit_entry_from(const Row& row) {
  AuditEntry entry;
  entry.sequence = std::get<std::int64_t>(row[sequence_at]);
  entry.recorded_at = std::get<Timestamp>(row[recorded_at_at]);
  entry.actor = text_of(row[actor_at]);
  entry.session_id = optional_text(row[session_at]);
  entry.source = text_of(row[source_at]);
  entry.action = text_of(row[action_at]);
  entry.run_id = optional_text(row[run_id_at]);
  if (const auto* version = std::get_if<std::int64_t>(&row[version_at])) entry.version = *version;
  if (const auto changes = optional_text(row[changes_at])) entry.changes = Json::parse(*changes);
  entry.reason = optional_text(row[reason_at]);
  entry.content_hash = optional_text(row[content_hash_at]);
  entry.previous_hash = text_of(row[previous_hash_at]);
  entry.entry_hash = text_of(row[entry_hash_at]);
  return entry;
}

Json changes_json(const std::vector<FieldChange>& changes) {
  Json object = Json::object();
  for (const FieldChange& change : changes) {
    Json sides = Json::object();
    if (change.old_value) sides.set("old", side(*change.old_value, change.path));
    if (change.new_value) sides.set("new", side(*change.new_value, change.path));
    object.set(change.path, std::move(sides));
  }
  return object;
}

}  // namespace planwise::store
