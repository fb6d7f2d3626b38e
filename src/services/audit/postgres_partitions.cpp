#include "services/audit/module.hpp"

namespace daybook::audit {

// On PostgreSQL entries stand in a partition a month, by the time of what happened, so that old months can be detached
// and kept elsewhere. (user, seq) is unique by the user's head, whose row every append locks; an event comes in once by
// the inbox.
std::vector<std::string> postgres_steps() {
  return {R"sql(
    CREATE FUNCTION audit.month_of(at bigint, months int) RETURNS timestamp LANGUAGE sql IMMUTABLE AS
      'SELECT date_trunc(''month'', to_timestamp(at / 1000000.0) AT TIME ZONE ''UTC'') + make_interval(months => months)';
    CREATE FUNCTION audit.micros_of(month timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS
      'SELECT extract(epoch FROM month)::bigint * 1000000';

    -- Makes the partitions of the month of `now` and of `ahead` more; gives how many were missing. What came too early
    -- stands in entry_other until then.
    CREATE FUNCTION audit.add_partitions(now bigint, ahead int) RETURNS int LANGUAGE plpgsql AS $body$
    DECLARE
      month timestamp;
      name varchar;
      made int := 0;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('audit.add_partitions'));
      FOR i IN 0..ahead LOOP
        month := audit.month_of(now, i);
        name := 'entry_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('audit.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.entry INCLUDING DEFAULTS)', name);
        EXECUTE format('WITH moved AS (DELETE FROM audit.entry_other WHERE at >= %s AND at < %s RETURNING *) '
                       'INSERT INTO audit.%I SELECT * FROM moved',
                       audit.micros_of(month), audit.micros_of(month + interval '1 month'), name);
        EXECUTE format('ALTER TABLE audit.entry ATTACH PARTITION audit.%I FOR VALUES FROM (%s) TO (%s)', name,
                       audit.micros_of(month), audit.micros_of(month + interval '1 month'));
        made := made + 1;
      END LOOP;
      RETURN made;
    END $body$;

    DO $body$
    DECLARE
      now bigint := extract(epoch FROM clock_timestamp())::bigint * 1000000;
      name varchar := 'entry_' || to_char(audit.month_of(now, 0), 'YYYY_MM');
      upto bigint := audit.micros_of(audit.month_of(now, 1));
    BEGIN
      -- What there is becomes the first partition: all until the end of this month.
      ALTER TABLE audit.entry DROP CONSTRAINT entry_pkey;
      EXECUTE format('ALTER TABLE audit.entry RENAME TO %I', name);
      EXECUTE format('CREATE TABLE audit.entry (LIKE audit.%I INCLUDING DEFAULTS) PARTITION BY RANGE (at)', name);
      CREATE TABLE audit.entry_other PARTITION OF audit.entry DEFAULT;
      EXECUTE format('WITH moved AS (DELETE FROM audit.%I WHERE at >= %s RETURNING *) '
                     'INSERT INTO audit.entry_other SELECT * FROM moved', name, upto);
      EXECUTE format('ALTER TABLE audit.entry ATTACH PARTITION audit.%I FOR VALUES FROM (MINVALUE) TO (%s)', name, upto);
    END $body$;
    CREATE INDEX entry_of_user ON audit.entry (user_id, seq);
  )sql"};
}

}  // namespace daybook::audit
