// The employees and events behind a figure.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "planwise/error.h"
#include "workforce/analysis.h"
#include "workforce/levers.h"
#include "workforce/needs.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

namespace {

constexpr std::array<std::string_view, 6> bridge_parts{"leavers", "hires", "promotions", "merit", "cola", "other"};

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json number(std::int32_t value) { return value == no_number ? Json() : Json(std::int64_t{value}); }
Json day(std::int32_t value) { return value == no_date ? Json() : Json(date_text(value)); }

using EventsOf = std::unordered_map<std::string_view, std::vector<std::size_t>>;

EventsOf events_by_person(const EventColumns& events) {
  EventsOf by_person;
  for (std::size_t event = 0; event < events.size(); ++event) by_person[events.employee_id[event]].push_back(event);
  return by_person;
}

/// A row that was asked for, and by how many cents it stands in a part of the bridge.
struct Chosen {
  std::size_t row;
  std::int64_t amount = 0;
};

Json row_json(const YearColumns& year, const EventColumns& events, const EventsOf& by_person, const Chosen& chosen,
              bool with_amount) {
  const SnapshotColumns& people = year.people;
  const std::size_t row = chosen.row;
  Json json = Json::object();
  json.set("employee_id", people.employee_id[row]);
  json.set("simulation_year", year.year);
  if (with_amount) json.set("amount", static_cast<double>(chosen.amount) / 100.0);
  json.set("level_id", number(people.level[row]));
  json.set("detailed_status_code", to_text(people.status[row]));
  json.set("current_compensation", number(people.current[row]));
  json.set("prorated_annual_compensation", number(people.prorated[row]));
  json.set("full_year_equivalent_compensation", number(people.full_year[row]));
  json.set("current_age", number(people.age[row]));
  json.set("current_tenure", number(people.tenure[row]));
  json.set("age_band", age_band(age_band_of(people.age[row])));
  json.set("tenure_band", tenure_band(tenure_band_of(people.tenure[row])));
  json.set("employee_hire_date", day(people.hire_date[row]));
  json.set("termination_date", day(people.termination_date[row]));
  Json list = Json::array();
  if (const auto found = by_person.find(people.employee_id[row]); found != by_person.end()) {
    for (std::size_t event : found->second) {
      Json entry = Json::object();
      entry.set("event_type", to_text(events.kind[event]));
      entry.set("effective_date", day(events.date[event]));
      entry.set("level_id", number(events.level[event]));
      entry.set("compensation_amount", number(events.compensation[event]));
      entry.set("previous_compensation", number(events.previous[event]));
      list.push_back(std::move(entry));
    }
  }
  json.set("events", std::move(list));
  return json;
}

bool has_event(const EventColumns& events, const EventsOf& by_person, const std::string& person, EventType wanted) {
  const auto found = by_person.find(person);
  if (found == by_person.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](std::size_t event) {
    return static_cast<int>(events.kind[event]) == static_cast<int>(wanted);
  });
}

bool fits(const DrillRequest& request, const SnapshotColumns& people, std::size_t row) {
  if (request.status && static_cast<int>(*request.status) != static_cast<int>(people.status[row])) return false;
  if (request.level && *request.level != people.level[row]) return false;
  if (!request.age_band.empty() && age_band(age_band_of(people.age[row])) != request.age_band) return false;
  return request.tenure_band.empty() || tenure_band(tenure_band_of(people.tenure[row])) == request.tenure_band;
}

std::vector<Chosen> rows_of_part(const BridgeDetail& detail, const YearColumns& before, const YearColumns& now,
                                 const std::string& part) {
  std::vector<Chosen> rows;
  const auto pay = [](const YearColumns& year, std::uint32_t row) {
    return static_cast<std::int64_t>(std::llround(year.people.current[row] * 100));
  };
  if (part == "leavers") {
    for (std::uint32_t row : detail.left) rows.push_back({row, -pay(before, row)});
  } else if (part == "hires") {
    for (std::uint32_t row : detail.hired) rows.push_back({row, pay(now, row)});
  } else {
    for (const PersonChange& change : detail.stayed) {
      const std::int64_t amount = part == "promotions" ? change.promotion
                                  : part == "merit"    ? change.merit
                                  : part == "cola"     ? change.cola
                                                       : change.other;
      if (amount != 0 || (part == "promotions" && change.promoted)) rows.push_back({change.now_row, amount});
    }
  }
  return rows;
}

/// Amounts of the parts that only events tell are refused where the events do not tell them.
void check_part(const CostBridge& bridge, const YearColumns& now, const std::string& part) {
  if (bridge.reason.empty() || (part != "promotions" && part != "merit" && part != "cola")) return;
  const auto lack = lack_of(now, Analysis::raises);
  throw Error(lack ? lack->code : ErrorCode::not_found, bridge.reason);
}

void check_request(const DrillRequest& request) {
  if (request.offset < 0 || request.limit < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("offset {} and limit {} were given; 0 or more, and 1 or more, are allowed", request.offset,
                            request.limit));
  }
  if (!request.bridge_part.empty() &&
      std::find(bridge_parts.begin(), bridge_parts.end(), request.bridge_part) == bridge_parts.end()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("the bridge has no part '{}'; it has {}", request.bridge_part,
                                                         fmt::join(bridge_parts, ", ")));
  }
}

}  // namespace

DrillPage SimulationDatabase::drill(const DrillRequest& request) const {
  check_request(request);
  const Session session = parts_->source.open();
  const auto now = parts_->filled_year(session, request.year);
  Parts::Year shown = now;
  std::vector<Chosen> rows;
  if (request.bridge_part.empty()) {
    for (std::size_t row = 0; row < now->people.size(); ++row) rows.push_back({row, 0});
  } else {
    const auto before = parts_->filled_year(session, request.year - 1);
    const auto levers = parts_->levers_of(session, request.year);
    require_columns(*before, Analysis::bridge);
    require_columns(*now, Analysis::bridge);
    const BridgeDetail detail = bridge_between(*before, *now, levers.get());
    check_part(detail.bridge, *now, request.bridge_part);
    rows = rows_of_part(detail, *before, *now, request.bridge_part);
    if (request.bridge_part == "leavers") shown = before;  // Who left stands in the year before.
  }
  require_columns(*shown, request);
  if (request.event && !now->from_baseline) require_columns(*now, Analysis::events);
  const EventsOf by_person = events_by_person(now->events);
  std::erase_if(rows, [&](const Chosen& chosen) {
    return !fits(request, shown->people, chosen.row) ||
           (request.event && !has_event(now->events, by_person, shown->people.employee_id[chosen.row], *request.event));
  });
  std::stable_sort(rows.begin(), rows.end(), [&](const Chosen& a, const Chosen& b) {
    return shown->people.employee_id[a.row] < shown->people.employee_id[b.row];
  });
  DrillPage page;
  page.total = static_cast<std::int64_t>(rows.size());
  const std::int64_t end =
      request.offset >= page.total ? page.total : request.offset + std::min(request.limit, page.total - request.offset);
  for (std::int64_t index = request.offset; index < end; ++index) {
    page.rows.push_back(
        row_json(*shown, now->events, by_person, rows[static_cast<std::size_t>(index)], !request.bridge_part.empty()));
  }
  return page;
}

}  // namespace planwise
