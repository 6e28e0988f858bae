-- Make a view of lake without duplicates. Run it once. The view reads the last 31 days each time that it is asked: change the number for more or less.
CREATE OR REPLACE VIEW "tidemark"."lake_once" AS
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "tidemark"."lake"
  WHERE dt BETWEEN date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
SELECT dt, source_id, "timestamp", "message", "tags", "event", "user", "group", "source", "host", "file", "organization", "service", "observer", "related", "error", "ecs", "tidemark", "frame", "thousandeyes", "vbrick"
FROM events
