// Method, provenance and hashes, how to reproduce, and what is missing.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

std::string quoted(const std::string& text) {
  const bool plain = !text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '-';
  });
  if (plain) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string evaluator_text(const Draft& draft) {
  const std::string kind = draft.study_text({"evaluator", "kind"});
  if (kind == "simulator")
    return "Each set of levers was simulated year by year with the native workforce simulator: terminations, hires, "
           "promotions and "
           "raises by its rules, with draws that depend on seed, person, year and event alone, so that plans compare "
           "like with like.";
  if (kind == "synthetic" || draft.synthetic())
    return "Each set of levers was put into the synthetic formula for trying algorithms; it knows no data.";
  if (kind == "command")
    return "Each set of levers was given to an external command, whose answer was taken as it came.";
  if (kind == "callable") return "Each set of levers was given to a function of the calling program.";
  if (kind == "function") return "The objective is a named test function; no workforce is meant.";
  return {};
}

std::string formula_text(const Draft& draft) {
  const std::string form = draft.study_text({"objective", "form"});
  if (form.empty()) return {};
  std::string text =
      "Cost is the pay of all active people at the end of the target year, in millions; equity is the mean over levels "
      "of "
      "deviation / mean of pay; targets is the squared distance from the growth targets. ";
  text += form == "normalised" ? "The objective is the weighted sum of the terms, each divided by its scale, so that "
                                 "all are 1 at the baseline."
                               : "The objective is the weighted sum of the terms on their raw scales, on which cost "
                                 "outweighs the others by far.";
  return text;
}

void add_hash(Table& table, const char* name, const std::string& value, const char* path) {
  if (!value.empty()) table.rows.push_back({{name, {}, {}}, {value, path, {}}});
}

Table hash_table(const Draft& draft) {
  const StoredRun& subject = draft.facts.subject;
  const Metadata& metadata = subject.run.metadata;
  Table table{"Identity and hashes", {{"What", false}, {"Value", false}}, {}, ""};
  add_hash(table, "Run", metadata.run_id, "metadata.run_id");
  add_hash(table, "Version", std::to_string(subject.version), "version");
  add_hash(table, "Content hash (SHA-256)", subject.content_hash, "content_hash");
  add_hash(table, "Configuration hash (MD5)", configuration_hash(subject.run.configuration), "configuration");
  if (metadata.created_at.microseconds != 0)
    add_hash(table, "Created", to_text(metadata.created_at), "metadata.created_at");
  if (metadata.completed_at) add_hash(table, "Completed", to_text(*metadata.completed_at), "metadata.completed_at");
  add_hash(table, "By", metadata.user_id.value_or(""), "metadata.user_id");
  add_hash(table, "State", subject.state, "state");
  add_hash(table, "Store", draft.facts.store, "store");
  if (draft.facts.simulated)
    add_hash(table, "Data signature of what was simulated for this report", draft.facts.simulated->signature,
             "simulated");
  return table;
}

/// The rows of each table of the data as one line: how many tables and rows.
Json with_counted_rows(Json provenance) {
  Json* data = provenance.find("data");
  Json* rows = data == nullptr ? nullptr : data->find("rows");
  if (rows == nullptr || !rows->is_object()) return provenance;
  double sum = 0;
  for (const auto& [table, count] : rows->as_object()) sum += finite(&count).value_or(0);
  *rows = fmt::format("{} in {} tables", grouped(sum), rows->size());
  return provenance;
}

Table audit_table(const std::vector<AuditFact>& audit) {
  constexpr std::size_t most = 20;
  Table table{"Audit log of the run",
              {{"Entry", true}, {"Time (UTC)", false}, {"Who", false}, {"Action", false}, {"Entry hash", false}},
              {},
              ""};
  const std::size_t first = audit.size() > most ? audit.size() - most : 0;
  for (std::size_t i = first; i < audit.size(); ++i) {
    const AuditFact& fact = audit[i];
    std::string action = fact.action;
    if (fact.reason && !fact.reason->empty()) action += ": " + *fact.reason;
    table.rows.push_back({{std::to_string(fact.sequence), "audit", {}},
                          {to_text(fact.recorded_at), "audit", {}},
                          {fact.actor, "audit", {}},
                          {action, "audit", {}},
                          {fact.entry_hash.substr(0, 16), "audit", {}}});
  }
  table.note =
      "The first 16 digits of each hash; planwise audit log prints them whole, planwise verify checks the chain.";
  if (first > 0) table.note += fmt::format(" The last {} of {} entries.", most, audit.size());
  return table;
}

}  // namespace

std::string reproduce_command(const Draft& draft) {
  if (!draft.study({"kind"})) return {};
  return "planwise reproduce " + quoted(draft.run.metadata.run_id);
}

Section method_section(Draft& draft) {
  Section section{"method", "Method", {}};
  if (const std::string text = evaluator_text(draft); !text.empty())
    section.blocks.emplace_back(Text{text, {"configuration.algorithm_config.evaluator.kind"}, {}});
  else
    section.blocks.emplace_back(draft.lacking("How levers were evaluated", "configuration.algorithm_config.evaluator"));
  if (const std::string text = formula_text(draft); !text.empty())
    section.blocks.emplace_back(Text{text, {"configuration.algorithm_config.objective"}, {}});
  else
    section.blocks.emplace_back(
        draft.lacking("Form of the objective", "configuration.algorithm_config.objective.form"));
  section.blocks.emplace_back(
      Text{"Every figure of this report is one that the run holds, a difference of two of them, or says where else it "
           "comes from. "
           "Nothing is estimated in place of what is missing. Money is in the currency of the data.",
           {},
           {}});
  const Found notes = find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"notes"});
  if (notes && notes.value->is_array() && !notes.value->empty()) {
    Json shown = Json::array();
    for (const Json& note : notes.value->as_array())
      shown.push_back(note.is_string() ? Json(shown_note(note.as_string())) : note);
    section.blocks.emplace_back(list_table("Notes of the run", shown, notes.path));
  }
  return section;
}

Section origin_section(Draft& draft) {
  Section section{"provenance", "Provenance and reproduction", {}};
  section.blocks.emplace_back(hash_table(draft));
  const Json provenance = with_counted_rows(draft.facts.subject.provenance);
  if (provenance.is_object() && !provenance.empty())
    section.blocks.emplace_back(flat_table("Provenance: program, data, seed, solver", provenance, "provenance"));
  else
    section.blocks.emplace_back(draft.lacking("Provenance (program version, fingerprint of the data)", "provenance"));
  if (!draft.facts.audit.empty()) section.blocks.emplace_back(audit_table(draft.facts.audit));
  if (const std::string command = reproduce_command(draft); !command.empty()) {
    section.blocks.emplace_back(Text{"To run it again on the same data and compare byte for byte:", {}, {}});
    section.blocks.emplace_back(Code{command});
  } else {
    section.blocks.emplace_back(
        draft.lacking("The study, without which the run cannot be made again", "configuration.algorithm_config"));
  }
  section.blocks.emplace_back(
      Text{"To check that the stored run is the one of this report (its content hash) and untouched since:", {}, {}});
  section.blocks.emplace_back(Code{"planwise verify\nplanwise show " + quoted(draft.run.metadata.run_id)});
  return section;
}

Section missing_section(Draft& draft) {
  Section section{"missing", "What this run does not hold", {}};
  if (draft.missing().empty()) {
    section.blocks.emplace_back(Text{"Nothing that this report looks for is missing.", {}, Tone::good});
    return section;
  }
  Table table{"Not stored with this run, and therefore not in this report",
              {{"What", false}, {"Where it would stand", false}},
              {},
              ""};
  for (const auto& [what, path] : draft.missing()) table.rows.push_back({{what, {}, {}}, {path, path, Tone::missing}});
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace planwise::report
