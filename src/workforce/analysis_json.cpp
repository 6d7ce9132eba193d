// Results of analyses as JSON: a figure that there is none of is null.
#include <cmath>

#include "planwise/workforce.h"

namespace planwise {

namespace {

/// Puts members one after the other; NaN becomes null.
class Members {
 public:
  Members& put(std::string_view name, double value) {
    json_.set(name, std::isfinite(value) ? Json(value) : Json());
    return *this;
  }
  Members& put(std::string_view name, std::int64_t value) {
    json_.set(name, value);
    return *this;
  }
  Members& put(std::string_view name, int value) { return put(name, std::int64_t{value}); }
  Members& put(std::string_view name, std::string_view value) {
    json_.set(name, value);
    return *this;
  }
  /// A count that is not known, -1, becomes null.
  Members& count(std::string_view name, std::int64_t value) {
    json_.set(name, value < 0 ? Json() : Json(value));
    return *this;
  }
  [[nodiscard]] Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

}  // namespace

Json to_json(const PayDistribution& d) {
  Members members;
  members.put("group", d.group);
  if (d.suppressed) {
    Json json = members.take();
    json.set("suppressed", true);
    return json;
  }
  members.put("count", d.count)
      .put("without_pay", d.without_pay)
      .put("outliers", d.outliers)
      .put("total", d.total)
      .put("mean", d.mean);
  members.put("median", d.median)
      .put("p10", d.p10)
      .put("p25", d.p25)
      .put("p75", d.p75)
      .put("p90", d.p90)
      .put("minimum", d.minimum);
  members.put("maximum", d.maximum).put("deviation", d.deviation).put("mean_without_outliers", d.mean_without_outliers);
  members.put("median_without_outliers", d.median_without_outliers)
      .put("deviation_without_outliers", d.deviation_without_outliers);
  return members.take();
}

Json to_json(const LevelPosition& p) {
  Members members;
  members.put("level", p.level)
      .put("minimum", p.minimum)
      .put("middle", p.middle)
      .put("maximum", p.maximum)
      .put("count", p.count);
  members.put("mean_compa_ratio", p.mean_compa_ratio).put("median_compa_ratio", p.median_compa_ratio);
  members.put("mean_penetration", p.mean_penetration)
      .put("below_minimum", p.below_minimum)
      .put("cost_to_minimum", p.cost_to_minimum);
  members.put("red_circled", p.red_circled).put("above_maximum", p.above_maximum);
  return members.take();
}

Json to_json(const LevelCompression& c) {
  Members members;
  members.put("level", c.level)
      .put("new_hires", c.new_hires)
      .put("incumbents", c.incumbents)
      .put("new_hire_median", c.new_hire_median);
  members.put("incumbent_median", c.incumbent_median).put("ratio", c.ratio).put("inverted", c.inverted);
  members.put("cost_to_new_hires", c.cost_to_new_hires).put("above_next_level", c.above_next_level);
  return members.take();
}

Json to_json(const CostBridge& b) {
  Members members;
  members.put("from_year", b.from_year)
      .put("to_year", b.to_year)
      .put("start", b.start)
      .put("leavers", b.leavers)
      .put("hires", b.hires);
  members.put("promotions", b.promotions)
      .put("merit", b.merit)
      .put("cola", b.cola)
      .put("other", b.other)
      .put("end", b.end);
  members.put("start_count", b.start_count).put("leaver_count", b.leaver_count).put("hire_count", b.hire_count);
  members.count("promotion_count", b.promotion_count).count("raise_count", b.raise_count);
  members.put("end_count", b.end_count).put("promotions_overwritten", b.promotions_overwritten);
  if (!b.reason.empty()) members.put("reason", b.reason);
  return members.take();
}

Json to_json(const YearCost& c) {
  Members members;
  members.put("year", c.year)
      .put("in_year", c.in_year)
      .put("in_year_active", c.in_year_active)
      .put("in_year_leavers", c.in_year_leavers);
  members.put("run_rate", c.run_rate).put("carry_over", c.carry_over).put("loading_factor", c.loading_factor);
  members.put("loaded_in_year", c.loaded_in_year).put("loaded_run_rate", c.loaded_run_rate);
  return members.take();
}

Json to_json(const YearGrowth& g) {
  Members members;
  members.put("year", g.year)
      .put("headcount", g.headcount)
      .put("total", g.total)
      .put("mean", g.mean)
      .put("median", g.median);
  members.put("mean_without_outliers", g.mean_without_outliers).put("like_for_like", g.like_for_like);
  members.put("like_for_like_total", g.like_for_like_total);
  members.put("like_for_like_count", g.like_for_like_count);
  if (!g.reason.empty()) members.put("reason", g.reason);
  return members.take();
}

Json to_json(const TargetResult& t) {
  Members members;
  members.put("year", t.year)
      .put("metric", t.metric)
      .put("target", t.target)
      .put("tolerance", t.tolerance)
      .put("actual", t.actual);
  members.put("state", to_text(t.state)).put("priority", t.priority).put("description", t.description);
  return members.take();
}

Json to_json(const EarlyWarning& w) {
  Members members;
  members.put("year", w.year).put("name", w.name).put("value", w.value).put("limit", w.limit).put("message", w.message);
  return members.take();
}

Json to_json(const DataFingerprint& f) {
  Json rows = Json::object();
  for (const auto& [table, count] : f.rows) rows.set(table, count);
  Json json = Json::object();
  json.set("signature", f.signature);
  json.set("content", f.content.empty() ? Json() : Json(f.content));
  json.set("rows", std::move(rows));
  return json;
}

}  // namespace planwise
