-- What creating a task with one tag sends (services/tasks), for pgbench -M prepared: the owner's number first, then all
-- else with the commit, in one pipeline.
\set user random(1, 64)
\set word1 random(1, 24)
\set word2 random(1, 24)
\set due random(1772700000000000, 1776300000000000)
\startpipeline
BEGIN;
SELECT pg_advisory_xact_lock(:user);
UPDATE tasks.user SET last_number = last_number + 1, open_tasks = open_tasks + 1 WHERE ord = :user RETURNING ord, open_tasks, timezone, all_day, last_number AS number;
\endpipeline
\startpipeline
INSERT INTO tasks.task(key, id, ord, shelf, status, priority, due, created, updated, completed, parent, series, reminders, origin, version, body) SELECT ord << 32 | last_number, gen_random_uuid(), ord, 0, 0, 1, :due, 1772614800000000, 1772614800000000, NULL, NULL, NULL, 1, NULL, 1, repeat('{"title":"call mother buy 1234","tags":["work"]},', 13) FROM tasks.user WHERE ord = :user;
INSERT INTO tasks.text(key, text, tokens) SELECT ord << 32 | last_number, repeat('call mother buy 1234 ', 4), array_to_tsvector(ARRAY[ord || ':', ord || '-w' || :word1::text, ord || '-w' || :word2::text, ord || ':' || last_number, ord || '-work', ord || ':#work']) FROM tasks.user WHERE ord = :user ON CONFLICT (key) DO UPDATE SET text = excluded.text, tokens = excluded.tokens;
INSERT INTO tasks.label(ord, kind, folded, name, total, open) VALUES (:user, 0, 'work', 'work', 1, 1) ON CONFLICT (ord, kind, folded) DO UPDATE SET total = tasks.label.total + excluded.total, open = tasks.label.open + excluded.open;
WITH next AS (INSERT INTO tasks.event_sequence AS s (user_id, source, last) SELECT user_id, '/daybook/tasks', 1 FROM tasks.user WHERE ord = :user ON CONFLICT (user_id, source) DO UPDATE SET last = s.last + 1 RETURNING last, user_id) INSERT INTO tasks.outbox (id, user_id, shard, source, type, subject, time, dataschema, correlation_id, traceparent, data, sequence) SELECT gen_random_uuid(), user_id, :user::int % 64, '/daybook/tasks', 'task.created', 'subject', 1772614800000000, 'urn-daybook-schema-task.created-1', '', '', repeat('{"title":"call mother buy 1234","tags":["work"]},', 14), last FROM next;
COMMIT;
\endpipeline
