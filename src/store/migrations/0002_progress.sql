-- Schema 2: how running runs fare. No version and no part of the chain; without keys in either layout. Of a run: one row
-- 'heartbeat' (its last sign of life and the process that gave it), any number of rows 'batch' (payloads, by sequence),
-- at most one row 'stop' (somebody asked it to stop). Gone when the run is saved finished.
CREATE TABLE IF NOT EXISTS {store}.optimization_progress (
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    evaluations BIGINT,
    max_evaluations BIGINT,
    best_objective DOUBLE,
    best_feasible BOOLEAN,
    seconds DOUBLE,
    host VARCHAR,
    process_id BIGINT,
    process_started BIGINT,
    boot_id VARCHAR,
    process_space VARCHAR,
    payload VARCHAR,
    reason VARCHAR
);
