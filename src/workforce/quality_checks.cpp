#include "workforce/quality_checks.h"

namespace planwise::workforce {

namespace {

using enum FindingSeverity;

constexpr std::array checks{
    QualityCheck{
        "duplicate_employee_years",
        error,
        "People with more than one snapshot row in a year",
        "headcount and cost of the year count them twice",
        {"snapshot.employee_id", "snapshot.simulation_year"},
        "SELECT count(*) FROM snapshot",
        "SELECT employee_id, simulation_year, count(*) AS row_count FROM snapshot GROUP BY ALL HAVING count(*) > 1"},
    QualityCheck{
        "missing_employee_id",
        error,
        "Snapshot rows without an employee_id",
        "they cannot be followed from year to year",
        {"snapshot.employee_id"},
        "SELECT count(*) FROM snapshot",
        "SELECT employee_id, simulation_year, current_compensation FROM snapshot WHERE coalesce(employee_id, '') = ''"},
    QualityCheck{"negative_or_missing_pay",
                 error,
                 "Current pay missing, not a finite number, below 0 or above 1e12",
                 "missing pay is left out of every pay figure; negative pay lowers it",
                 {"snapshot.current_compensation"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, current_compensation, detailed_status_code FROM snapshot "
                 "WHERE (current_compensation BETWEEN 0 AND 1e12) IS NOT TRUE"},
    QualityCheck{"other_pay_out_of_range",
                 error,
                 "Prorated or full-year pay not a finite number, below 0 or above 1e12",
                 "pay beyond 1e12 either way is left out of cost and run rate; negative pay lowers them",
                 {"snapshot.prorated_annual_compensation", "snapshot.full_year_equivalent_compensation"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, prorated_annual_compensation, full_year_equivalent_compensation "
                 "FROM snapshot WHERE prorated_annual_compensation NOT BETWEEN 0 AND 1e12 OR "
                 "full_year_equivalent_compensation NOT BETWEEN 0 AND 1e12"},
    QualityCheck{"level_outside_1_to_5",
                 error,
                 "Levels missing or outside 1 to 5",
                 "these people are in no level's figures",
                 {"snapshot.level_id"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, level_id FROM snapshot WHERE level_id IS NULL OR level_id NOT "
                 "BETWEEN 1 AND 5"},
    QualityCheck{"age_or_tenure_out_of_range",
                 warning,
                 "Age outside 14 to 100, or tenure below 0 or above age - 14",
                 "bands, hazards and everything told by them are wrong for these people",
                 {"snapshot.current_age", "snapshot.current_tenure"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, current_age, current_tenure FROM snapshot WHERE current_age NOT "
                 "BETWEEN 14 AND 100 "
                 "OR current_tenure < 0 OR current_tenure > current_age - 14"},
    QualityCheck{"dates_out_of_range",
                 error,
                 "Hire or birth dates before 1900 or after the year",
                 "ages, tenure and what is paid in the year are wrong for these people",
                 {"snapshot.employee_hire_date", "snapshot.simulation_year"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, employee_birth_date, employee_hire_date FROM snapshot WHERE "
                 "employee_hire_date < -25567 OR employee_birth_date < -25567 OR "
                 "employee_hire_date >= date_diff('day', DATE '1970-01-01', make_date(least(greatest(simulation_year, "
                 "1), 9998) + 1, 1, 1))"},
    QualityCheck{"hire_before_birth",
                 warning,
                 "People hired before they were born",
                 "age and tenure of these people cannot both be right",
                 {"snapshot.employee_hire_date", "snapshot.employee_birth_date"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, employee_birth_date, employee_hire_date, current_age, "
                 "current_tenure FROM snapshot "
                 "WHERE employee_hire_date <= employee_birth_date"},
    QualityCheck{
        "unknown_status",
        error,
        "Rows whose status is none of the four known",
        "they count in the total headcount and in no status",
        {"snapshot.detailed_status_code"},
        "SELECT count(*) FROM snapshot",
        "SELECT employee_id, simulation_year, detailed_status_code FROM snapshot WHERE detailed_status_code IS NULL OR "
        "lower(detailed_status_code) NOT IN ('continuous_active', 'new_hire_active', 'experienced_termination', "
        "'new_hire_termination')"},
    QualityCheck{"status_contradiction",
                 error,
                 "employment_status and detailed_status_code contradict each other",
                 "headcount differs by the column that is counted",
                 {"snapshot.detailed_status_code", "snapshot.employment_status"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, employment_status, detailed_status_code FROM snapshot WHERE "
                 "(lower(employment_status) = 'active') = (lower(detailed_status_code) LIKE '%termination%')"},
    QualityCheck{"year_gaps",
                 error,
                 "Years without a snapshot between the first and the last",
                 "growth is computed over more than one year there, and people cannot be followed",
                 {"snapshot.simulation_year"},
                 "SELECT count(DISTINCT simulation_year) FROM snapshot",
                 "SELECT NULL AS employee_id, y AS simulation_year FROM (SELECT unnest(range(min(simulation_year), "
                 "least(max(simulation_year), min(simulation_year) + 1000))) AS y FROM snapshot) "
                 "WHERE y NOT IN (SELECT simulation_year FROM snapshot WHERE simulation_year IS NOT NULL)"},
    QualityCheck{
        "headcount_change_above_half",
        warning,
        "Years whose headcount differs from the year before by more than 50 %",
        "the year may hold a part of the people, or some twice",
        {"snapshot.simulation_year"},
        "SELECT count(DISTINCT simulation_year) FROM snapshot",
        "WITH counts AS (SELECT simulation_year, count(*) AS headcount FROM snapshot GROUP BY 1) "
        "SELECT NULL AS employee_id, later.simulation_year, earlier.headcount AS headcount_before, later.headcount, "
        "abs(later.headcount - earlier.headcount) / earlier.headcount AS measure FROM counts AS later JOIN counts AS "
        "earlier "
        "ON earlier.simulation_year = later.simulation_year - 1 WHERE abs(later.headcount - earlier.headcount) > 0.5 * "
        "earlier.headcount"},
    QualityCheck{
        "people_lost",
        error,
        "People active at the end of a year who are not in the next",
        "they leave headcount and cost without a termination",
        {"snapshot.employee_id", "snapshot.simulation_year", "snapshot.detailed_status_code"},
        "SELECT count(*) FROM snapshot WHERE lower(detailed_status_code) LIKE '%active'",
        "SELECT employee_id, simulation_year, current_compensation FROM snapshot AS s WHERE "
        "lower(detailed_status_code) LIKE '%active' "
        "AND simulation_year + 1 IN (SELECT simulation_year FROM snapshot) AND NOT EXISTS (SELECT 1 FROM snapshot AS n "
        "WHERE n.employee_id = s.employee_id AND n.simulation_year = s.simulation_year + 1)"},
    QualityCheck{"prorated_above_current",
                 warning,
                 "Prorated pay above the pay at the end of the year",
                 "the cost in the year is overstated: parts of the year are paid twice",
                 {"snapshot.current_compensation", "snapshot.prorated_annual_compensation"},
                 "SELECT count(*) FROM snapshot",
                 "SELECT employee_id, simulation_year, prorated_annual_compensation, current_compensation, "
                 "detailed_status_code, "
                 "prorated_annual_compensation / nullif(current_compensation, 0) AS measure FROM snapshot "
                 "WHERE prorated_annual_compensation > current_compensation * 1.0001 AND "
                 "isfinite(prorated_annual_compensation)"},
    QualityCheck{
        "outside_level_range",
        warning,
        "Active people paid below or above the range of their level",
        "their compa-ratio and position in the range mislead; promotion and hire pay assume the ranges",
        {"snapshot.current_compensation", "snapshot.level_id", "snapshot.detailed_status_code", "ranges.minimum"},
        "SELECT count(*) FROM snapshot WHERE lower(detailed_status_code) LIKE '%active'",
        "SELECT employee_id, simulation_year, level_id, current_compensation, minimum, maximum FROM snapshot JOIN "
        "ranges USING (level_id) "
        "WHERE lower(detailed_status_code) LIKE '%active' AND (current_compensation < minimum OR current_compensation "
        ">= maximum)"},
    QualityCheck{
        "pay_outliers",
        note,
        "Active people paid above the outlier setting",
        "means and totals follow a few people; medians and figures without outliers do not",
        {"snapshot.current_compensation", "snapshot.detailed_status_code"},
        "SELECT count(*) FROM snapshot WHERE lower(detailed_status_code) LIKE '%active'",
        "SELECT employee_id, simulation_year, current_compensation, current_compensation AS measure FROM snapshot "
        "WHERE lower(detailed_status_code) LIKE '%active' AND current_compensation > $outlier AND "
        "isfinite(current_compensation)"},
    QualityCheck{
        "duplicate_events",
        error,
        "More than one event of a type for a person in a year",
        "events are counted twice, and pay may have been changed twice",
        {"events.employee_id", "events.event_type", "events.simulation_year"},
        "SELECT count(*) FROM events",
        "SELECT employee_id, simulation_year, lower(event_type) AS event_type, count(*) AS event_count FROM events "
        "GROUP BY ALL HAVING count(*) > 1"},
    QualityCheck{"unknown_event_types",
                 warning,
                 "Events that are no hire, termination, promotion or raise",
                 "they are in the counts by type and in nothing else",
                 {"events.event_type"},
                 "SELECT count(*) FROM events",
                 "SELECT employee_id, simulation_year, event_type FROM events WHERE event_type IS NULL OR "
                 "lower(event_type) NOT IN ('hire', 'termination', 'promotion', 'raise')"},
    QualityCheck{"event_pay_out_of_range",
                 error,
                 "Pay of events not a finite number, below 0 or above 1e12",
                 "pay beyond 1e12 either way counts as missing: the event explains nothing of the bridge",
                 {"events.compensation_amount", "events.previous_compensation"},
                 "SELECT count(*) FROM events",
                 "SELECT employee_id, simulation_year, event_type, previous_compensation, compensation_amount FROM "
                 "events WHERE compensation_amount NOT BETWEEN 0 AND 1e12 OR previous_compensation NOT BETWEEN 0 AND "
                 "1e12"},
    QualityCheck{"events_without_snapshot",
                 error,
                 "Events of people who have no snapshot row of that year",
                 "their pay and status changes reach no figure",
                 {"events.employee_id", "events.simulation_year", "snapshot.employee_id", "snapshot.simulation_year"},
                 "SELECT count(*) FROM events",
                 "SELECT employee_id, simulation_year, event_type, effective_date FROM events AS e WHERE NOT EXISTS "
                 "(SELECT 1 FROM snapshot AS s "
                 "WHERE s.employee_id = e.employee_id AND s.simulation_year = e.simulation_year)"},
    QualityCheck{
        "event_outside_its_year",
        error,
        "Events dated outside their simulation year, or not dated",
        "prorated pay and the order of events are wrong",
        {"events.effective_date", "events.simulation_year"},
        "SELECT count(*) FROM events",
        "SELECT employee_id, simulation_year, event_type, effective_date FROM events WHERE effective_date IS NULL OR "
        "year(DATE '1970-01-01' + CAST(effective_date AS INTEGER)) <> simulation_year"},
    QualityCheck{"raise_before_hire",
                 error,
                 "Raises dated before the person's hire",
                 "pay grew before anybody was there to be paid",
                 {"events.employee_id", "events.event_type", "events.effective_date", "snapshot.employee_id",
                  "snapshot.employee_hire_date"},
                 "SELECT count(*) FROM events WHERE lower(event_type) = 'raise'",
                 "SELECT e.employee_id, e.simulation_year, e.effective_date, s.employee_hire_date FROM events AS e "
                 "JOIN snapshot AS s "
                 "ON s.employee_id = e.employee_id AND s.simulation_year = e.simulation_year "
                 "WHERE lower(e.event_type) = 'raise' AND e.effective_date < s.employee_hire_date"},
    QualityCheck{"promotion_on_termination_day",
                 warning,
                 "Promotions on the day of the same person's termination",
                 "one draw serves both events: those promoted are mostly those who leave, so promotions change little",
                 {"events.employee_id", "events.event_type", "events.effective_date"},
                 "SELECT count(*) FROM events WHERE lower(event_type) = 'promotion'",
                 "SELECT p.employee_id, p.simulation_year, p.effective_date, p.previous_compensation, "
                 "p.compensation_amount FROM events AS p "
                 "WHERE lower(p.event_type) = 'promotion' AND EXISTS (SELECT 1 FROM events AS t WHERE t.employee_id = "
                 "p.employee_id "
                 "AND lower(t.event_type) = 'termination' AND t.effective_date = p.effective_date)"},
    QualityCheck{
        "raise_after_termination",
        warning,
        "Raises dated after the same person's termination",
        "raise counts and the pay of leavers include people who were gone",
        {"events.employee_id", "events.event_type", "events.effective_date"},
        "SELECT count(*) FROM events WHERE lower(event_type) = 'raise'",
        "SELECT r.employee_id, r.simulation_year, r.effective_date, t.effective_date AS termination_date, "
        "r.compensation_amount "
        "FROM events AS r JOIN events AS t ON t.employee_id = r.employee_id AND lower(t.event_type) = 'termination' "
        "WHERE lower(r.event_type) = 'raise' AND r.effective_date > t.effective_date"},
    QualityCheck{"new_hire_termination_before_hire",
                 warning,
                 "Terminations of new hires dated before their hire",
                 "prorated pay of these people is wrong; nobody can leave before coming",
                 {"events.employee_id", "events.event_type", "events.effective_date", "events.event_category"},
                 "SELECT count(*) FROM events WHERE lower(event_type) = 'termination' AND lower(event_category) = "
                 "'new_hire_termination'",
                 "SELECT t.employee_id, t.simulation_year, t.effective_date AS termination_date, h.effective_date AS "
                 "hire_date FROM events AS t "
                 "JOIN events AS h ON h.employee_id = t.employee_id AND lower(h.event_type) = 'hire' WHERE "
                 "lower(t.event_type) = 'termination' "
                 "AND lower(t.event_category) = 'new_hire_termination' AND t.effective_date < h.effective_date"},
    QualityCheck{
        "promotion_overwritten_by_raise",
        warning,
        "Promotions whose pay a raise of the same year, computed on the pay before it, overwrites",
        "the promotion's increase is lost: promotion levers have no effect on cost",
        {"events.employee_id", "events.event_type", "events.simulation_year", "events.previous_compensation",
         "events.compensation_amount"},
        "SELECT count(*) FROM events WHERE lower(event_type) = 'promotion'",
        "SELECT p.employee_id, p.simulation_year, p.previous_compensation, p.compensation_amount AS promotion_pay, "
        "r.compensation_amount AS raise_pay, p.compensation_amount - p.previous_compensation AS measure FROM events AS "
        "p JOIN events AS r "
        "ON r.employee_id = p.employee_id AND r.simulation_year = p.simulation_year AND lower(r.event_type) = 'raise' "
        "WHERE lower(p.event_type) = 'promotion' AND r.previous_compensation = p.previous_compensation "
        "AND p.compensation_amount <> p.previous_compensation"},
    QualityCheck{
        "raise_not_merit_and_cola",
        warning,
        "Raises that are not previous pay x (1 + merit + COLA) of their year and level",
        "the levers in the database are not those that the run applied",
        {"events.event_type", "events.previous_compensation", "events.compensation_amount", "events.level_id",
         "events.simulation_year", "levers.parameter_value"},
        "SELECT count(*) FROM events WHERE lower(event_type) = 'raise'",
        // One value a lever, year and level: the last by size, as the levers in force are read.
        "WITH cells AS (SELECT fiscal_year, level, lower(parameter_name) AS lever, parameter_value FROM levers "
        "JOIN (SELECT unnest(range(1, 6)) AS level) ON coalesce(job_level, 0) IN (0, level) "
        "WHERE lower(parameter_name) IN ('merit_base', 'cola_rate') AND isfinite(parameter_value) "
        "QUALIFY row_number() OVER (PARTITION BY fiscal_year, level, lower(parameter_name) ORDER BY "
        "parameter_name DESC, job_level DESC NULLS FIRST, event_type DESC, parameter_value DESC) = 1), "
        "rates AS (SELECT fiscal_year, level AS job_level, sum(parameter_value) AS rate FROM cells GROUP BY "
        "ALL) "
        "SELECT employee_id, simulation_year, e.level_id, previous_compensation, compensation_amount, "
        "previous_compensation * (1 + rate) AS expected FROM events AS e JOIN rates ON fiscal_year = "
        "simulation_year AND job_level = e.level_id "
        "WHERE lower(event_type) = 'raise' AND NOT abs(previous_compensation * (1 + rate) - "
        "compensation_amount) <= 0.0051"},
    QualityCheck{
        "merit_outside_0_to_20_percent",
        warning,
        "Merit rates outside 0 to 20 %",
        "raises of these levels are implausible",
        {"levers.parameter_name", "levers.parameter_value"},
        "SELECT count(*) FROM levers WHERE lower(parameter_name) = 'merit_base'",
        "SELECT NULL AS employee_id, fiscal_year AS simulation_year, job_level, parameter_value FROM levers WHERE "
        "lower(parameter_name) = 'merit_base' AND NOT (parameter_value >= 0 AND parameter_value <= 0.2 AND "
        "isfinite(parameter_value))"},
    QualityCheck{"lever_letter_case",
                 warning,
                 "new_hire_salary_adjustment stored under another event type than `hire`",
                 "dbt does not find it there and pays new hires with 1.18 instead",
                 {"levers.parameter_name", "levers.event_type"},
                 "SELECT count(*) FROM levers WHERE lower(parameter_name) = 'new_hire_salary_adjustment'",
                 "SELECT NULL AS employee_id, fiscal_year AS simulation_year, event_type, job_level FROM levers WHERE "
                 "lower(parameter_name) = 'new_hire_salary_adjustment' AND event_type IS DISTINCT FROM 'hire'"},
    QualityCheck{
        "levers_missing_for_a_year",
        error,
        "Simulated years without levers",
        "what the year was simulated with cannot be told",
        {"levers.fiscal_year", "snapshot.simulation_year"},
        "SELECT count(DISTINCT simulation_year) FROM snapshot",
        "SELECT DISTINCT NULL AS employee_id, simulation_year FROM snapshot WHERE simulation_year IS NOT NULL AND "
        "simulation_year NOT IN (SELECT fiscal_year FROM levers WHERE fiscal_year IS NOT NULL)"},
    QualityCheck{"baseline_missing_employee_id",
                 error,
                 "People of the start without an employee_id",
                 "no simulation can start from them",
                 {"baseline.employee_id"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, simulation_year, current_compensation FROM baseline WHERE "
                 "coalesce(employee_id, '') = ''"},
    QualityCheck{"baseline_duplicate_employees",
                 error,
                 "People who stand in the start more than once",
                 "no simulation can start from them; headcount and pay of the start count them twice",
                 {"baseline.employee_id"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, min(simulation_year) AS simulation_year, count(*) AS row_count FROM baseline "
                 "WHERE coalesce(employee_id, '') <> '' GROUP BY employee_id HAVING count(*) > 1"},
    QualityCheck{"baseline_pay_out_of_range",
                 error,
                 "Pay of the start missing, not a finite number, below 0 or above 1e12",
                 "no simulation can start from them; the first bridge and growth leave them out",
                 {"baseline.current_compensation"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, simulation_year, current_compensation FROM baseline WHERE "
                 "(current_compensation BETWEEN 0 AND 1e12) IS NOT TRUE"},
    QualityCheck{"baseline_level_outside_1_to_5",
                 error,
                 "Levels of the start outside 1 to 5",
                 "no simulation can start from them; a level that is missing is derived from pay",
                 {"baseline.level_id"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, simulation_year, level_id FROM baseline WHERE level_id NOT BETWEEN 1 AND 5"},
    QualityCheck{"baseline_age_or_tenure_out_of_range",
                 warning,
                 "Age of the start missing or outside 14 to 100, tenure missing, below 0 or above age - 14",
                 "hazards of these people are wrong; outside 0 to 120 no simulation can start from them",
                 {"baseline.current_age", "baseline.current_tenure"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, simulation_year, current_age, current_tenure FROM baseline WHERE CASE WHEN "
                 "(current_age BETWEEN 14 AND 100) IS NOT TRUE THEN true ELSE "
                 "(current_tenure BETWEEN 0 AND current_age - 14) IS NOT TRUE END"},
    QualityCheck{"baseline_dates_out_of_range",
                 error,
                 "Hire or birth dates of the start missing, infinite, before 1900 or not before the first year",
                 "ages and tenure of these people cannot be checked or carried on",
                 {"baseline.employee_birth_date", "baseline.employee_hire_date"},
                 "SELECT count(*) FROM baseline",
                 "SELECT employee_id, simulation_year, employee_birth_date, employee_hire_date FROM baseline WHERE "
                 "greatest(employee_birth_date, employee_hire_date) >= date_diff('day', DATE '1970-01-01', "
                 "make_date(least(greatest(coalesce(simulation_year, 9998), 1), 9998), 1, 1)) OR "
                 "employee_birth_date IS NULL OR employee_hire_date IS NULL OR "
                 "least(employee_birth_date, employee_hire_date) < -25567"},
};

}  // namespace

std::span<const QualityCheck> quality_checks() { return checks; }

}  // namespace planwise::workforce
